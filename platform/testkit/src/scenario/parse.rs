//! Reading a scenario's lines. What they do is in `run.rs`.

/// One step of a scenario, with the number of its line (from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) what: What,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// `> service operation …`
    Call(Vec<String>),
    /// `expect error Code: text`
    ExpectError { code: String, text: Option<String> },
    /// `expect path = value`
    Equals { path: String, value: String },
    /// `expect path ~ part`
    Contains { path: String, part: String },
    /// `expect path absent`
    Absent { path: String },
    /// `expect path present`
    Present { path: String },
    /// `expect count path = n`
    Count { path: String, n: usize },
    /// `save name = path`
    Save { name: String, path: String },
    /// `@verb words…`
    Verb { verb: String, rest: String },
}

/// Reads a file. The error names the line.
pub(crate) fn parse(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut sourced = false;
    let mut lines = text.lines().enumerate();
    while let Some((i, first)) = lines.next() {
        let mut line = first.trim().to_owned();
        while line.ends_with('\\') {
            line.pop();
            line.push_str(lines.next().map_or("", |(_, l)| l.trim_start()));
        }
        sourced |= line.starts_with("# source:");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let what = read(&line).map_err(|e| format!("line {}: {e}", i + 1))?;
        steps.push(Step { line: i + 1, what });
    }
    if !sourced {
        return Err("no `# source:` line".to_owned());
    }
    if !steps.iter().any(|s| !matches!(s.what, What::Call(_) | What::Verb { .. } | What::Save { .. })) {
        return Err("nothing is expected, so nothing could fail".to_owned());
    }
    Ok(steps)
}

fn read(line: &str) -> Result<What, String> {
    if let Some(call) = line.strip_prefix("> ") {
        return Ok(What::Call(words(call)?));
    }
    if let Some(verb) = line.strip_prefix('@') {
        let (verb, rest) = verb.split_once(' ').unwrap_or((verb, ""));
        return Ok(What::Verb { verb: verb.to_owned(), rest: rest.trim().to_owned() });
    }
    if let Some(rest) = line.strip_prefix("save ") {
        let (name, path) = rest.split_once('=').ok_or("save needs name = path")?;
        return Ok(What::Save { name: name.trim().to_owned(), path: path.trim().to_owned() });
    }
    let rest = line.strip_prefix("expect ").ok_or("a line starts with >, expect, save, @ or #")?;
    expectation(rest.trim())
}

fn expectation(rest: &str) -> Result<What, String> {
    if let Some(e) = rest.strip_prefix("error ") {
        let (code, text) = match e.split_once(": ") {
            Some((code, text)) => (code, Some(text.to_owned())),
            None => (e, None),
        };
        return Ok(What::ExpectError { code: code.trim().to_owned(), text });
    }
    if let Some(c) = rest.strip_prefix("count ") {
        let (path, n) = c.split_once('=').ok_or("expect count needs path = n")?;
        let n = n.trim().parse().map_err(|_| "a count is a whole number")?;
        return Ok(What::Count { path: path.trim().to_owned(), n });
    }
    if let Some(path) = rest.strip_suffix(" absent") {
        return Ok(What::Absent { path: path.trim().to_owned() });
    }
    if let Some(path) = rest.strip_suffix(" present") {
        return Ok(What::Present { path: path.trim().to_owned() });
    }
    let equals = rest.find(" = ").or_else(|| rest.strip_suffix(" =").map(str::len));
    match (equals, rest.find(" ~ ")) {
        (Some(i), tilde) if tilde.is_none_or(|t| i < t) => {
            let value = rest.get(i + 3..).unwrap_or_default();
            Ok(What::Equals { path: rest[..i].trim().to_owned(), value: value.to_owned() })
        }
        (_, Some(i)) => {
            Ok(What::Contains { path: rest[..i].trim().to_owned(), part: rest[i + 3..].to_owned() })
        }
        _ => Err("expect needs =, ~, absent, present, count or error".to_owned()),
    }
}

/// Splits like a shell: blanks part words, single and double quotes keep them together; in double quotes a backslash
/// makes the next character literal. A word that starts with `{` or `[` goes on to its matching bracket.
pub(crate) fn words(text: &str) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.peek().copied() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let mut word = String::new();
        if c == '{' || c == '[' {
            bracketed(&mut chars, &mut word)?;
        } else {
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                match c {
                    '\'' => quoted(&mut chars, '\'', &mut word)?,
                    '"' => quoted(&mut chars, '"', &mut word)?,
                    c => word.push(c),
                }
            }
        }
        out.push(word);
    }
    Ok(out)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn quoted(chars: &mut Chars<'_>, quote: char, word: &mut String) -> Result<(), String> {
    loop {
        match chars.next().ok_or("a quote is not closed")? {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => word.push(chars.next().ok_or("a quote is not closed")?),
            c => word.push(c),
        }
    }
}

fn bracketed(chars: &mut Chars<'_>, word: &mut String) -> Result<(), String> {
    let (mut depth, mut in_text) = (0, false);
    loop {
        let c = chars.next().ok_or("a bracket is not closed")?;
        word.push(c);
        match c {
            '\\' if in_text => word.push(chars.next().ok_or("a bracket is not closed")?),
            '"' => in_text = !in_text,
            '{' | '[' if !in_text => depth += 1,
            '}' | ']' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_quotes_and_brackets() {
        let w = words(r#"sqs send --body 'a b' --x {"k": "} v"} --y "q\"uote" end"#).expect("sound");
        assert_eq!(w, ["sqs", "send", "--body", "a b", "--x", r#"{"k": "} v"}"#, "--y", "q\"uote", "end"]);
        assert!(words("'open").is_err());
    }

    #[test]
    fn a_scenario_needs_a_source_and_an_expectation() {
        assert!(parse("> sqs list-queues\nexpect QueueUrls absent\n").is_err());
        assert!(parse("# source: documented\n> sqs list-queues\n").is_err());
        assert!(parse("# source: documented\n> sqs list-queues\nexpect QueueUrls absent\n").is_ok());
    }
}
