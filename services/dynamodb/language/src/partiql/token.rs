//! Tokens of PartiQL: words, quoted names, literals, symbols, comments skipped. What is no token refuses the statement.

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word without quotes: a keyword or a name.
    Word,
    /// A name in double quotes, without them.
    Quoted(String),
    /// A text in single quotes, without them.
    Text(String),
    /// A number as written.
    Number,
    /// An operator or a delimiter.
    Symbol,
    /// The end.
    End,
}

/// A token and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    line: usize,
    column: usize,
}

impl Token<'_> {
    /// `line:column:length`
    pub fn position(&self) -> String {
        format!("{}:{}:{}", self.line, self.column, self.text.chars().count())
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }
}

const SYMBOLS: &[&str] = &[
    "<<", ">>", "<>", "!=", "<=", ">=", "||", "=", "<", ">", "(", ")", "[", "]", "{", "}", ",", ".", "*",
    "+", "-", "?", ":", "/", "%", ";",
];

/// The tokens, the last of them the end; `None` when something is no token.
pub(super) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut all = Vec::with_capacity(text.len() / 4 + 2);
    let (mut at, mut line, mut column) = (0, 1, 1);
    while at < text.len() {
        let (kind, length) = measure(&text[at..])?;
        let part = &text[at..at + length];
        if let Some(kind) = kind {
            all.push(Token { kind, text: part, line, column });
        }
        for c in part.chars() {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        at += length;
    }
    all.push(Token { kind: Kind::End, text: "", line, column });
    Some(all)
}

/// Kind (none for what is skipped) and length of what begins here.
fn measure(text: &str) -> Option<(Option<Kind>, usize)> {
    let first = text.chars().next()?;
    if first.is_whitespace() {
        return Some((None, first.len_utf8()));
    }
    if text.starts_with("--") {
        return Some((None, text.find('\n').unwrap_or(text.len())));
    }
    if text.starts_with("/*") {
        return Some((None, text.find("*/")? + 2));
    }
    if first == '\'' || first == '"' {
        return quoted(text, first);
    }
    if let Some(length) = number(text)? {
        return Some((Some(Kind::Number), length));
    }
    if first.is_alphabetic() || first == '_' || first == '$' {
        let part = |c: &char| c.is_alphanumeric() || *c == '_' || *c == '$';
        return Some((Some(Kind::Word), text.chars().take_while(part).map(char::len_utf8).sum()));
    }
    let symbol = SYMBOLS.iter().find(|s| text.starts_with(**s))?;
    Some((Some(Kind::Symbol), symbol.len()))
}

/// A quote in it is written twice.
fn quoted(text: &str, quote: char) -> Option<(Option<Kind>, usize)> {
    let mut inner = String::new();
    let mut at = 1;
    loop {
        let end = at + text[at..].find(quote)?;
        inner.push_str(&text[at..end]);
        at = end + 1;
        if !text[at..].starts_with(quote) {
            let kind = if quote == '"' { Kind::Quoted(inner) } else { Kind::Text(inner) };
            return Some((Some(kind), at));
        }
        inner.push(quote);
        at += 1;
    }
}

/// The length of a number that begins here, if one does; `None` outside when its exponent or its scale does not fit 32 bits.
fn number(text: &str) -> Option<Option<usize>> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(0);
    let fraction = if text[whole..].starts_with('.') { digits(whole + 1) } else { 0 };
    if whole + fraction == 0 {
        return Some(None);
    }
    let mantissa = if text[whole..].starts_with('.') { whole + 1 + fraction } else { whole };
    if !text[mantissa..].starts_with(['e', 'E']) {
        return Some(Some(mantissa));
    }
    let sign = usize::from(text[mantissa + 1..].starts_with(['+', '-']));
    let length = digits(mantissa + 1 + sign);
    if length == 0 {
        return Some(Some(mantissa));
    }
    let end = mantissa + 1 + sign + length;
    let exponent: i32 = text[mantissa + 1..end].parse().ok()?;
    (fraction as i32).checked_sub(exponent)?;
    Some(Some(end))
}
