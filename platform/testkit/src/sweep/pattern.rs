//! The models' regular expressions, a second time: read into a tree from which matching texts are made, and against which
//! texts are matched by sets of positions. Shares nothing with the codec's matcher, so that the two check each other. Takes
//! the forms that the models use; `None` for others (back-references, lookbehind).

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A pattern, read.
#[derive(Debug)]
pub(crate) struct Pattern(Vec<Vec<Node>>);

#[derive(Debug)]
enum Node {
    Set { items: Vec<Item>, negated: bool },
    Group(Vec<Vec<Node>>),
    Repeat { node: Box<Node>, least: usize, most: usize },
    Ahead { inner: Vec<Vec<Node>>, negated: bool },
    Start,
    End,
}

#[derive(Clone, Copy, Debug)]
enum Item {
    Range(char, char),
    Is(fn(char) -> bool),
    Not(fn(char) -> bool),
}

/// Characters from which a set's example is taken, the plainest first.
const PLAIN: &str = "a0A/:.-_ @={}\"!x1";

thread_local! {
    static READ: RefCell<HashMap<&'static str, Option<Rc<Pattern>>>> = RefCell::default();
}

impl Pattern {
    /// The pattern of a model, read once.
    pub(crate) fn of(text: &'static str) -> Option<Rc<Pattern>> {
        READ.with_borrow_mut(|all| {
            all.entry(text).or_insert_with(|| Pattern::read(text).map(Rc::new)).clone()
        })
    }

    /// Reads a pattern.
    pub(crate) fn read(text: &str) -> Option<Pattern> {
        let chars: Vec<char> = text.chars().collect();
        let mut p = Parser { chars: &chars, at: 0 };
        let tree = p.alternatives()?;
        (p.at == chars.len()).then_some(Pattern(tree))
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        any(&self.0, &text, &[0]).contains(&text.len())
    }

    /// A matching text of `least` to `most` characters.
    pub(crate) fn sample(&self, least: usize, most: usize) -> Option<String> {
        let shortest = self.0.iter().map(|b| written(b, 0).chars().count()).min().unwrap_or(0);
        let wanted = least.saturating_sub(shortest);
        for extra in [0, wanted].into_iter().chain(wanted.saturating_sub(8)..wanted) {
            for branch in &self.0 {
                let made = written(branch, extra);
                let n = made.chars().count();
                if n >= least && n <= most && self.matches(&made) {
                    return Some(made);
                }
            }
        }
        None
    }
}

fn written(branch: &[Node], mut extra: usize) -> String {
    let mut out = String::new();
    for node in branch {
        make(node, &mut extra, &mut out);
    }
    out
}

/// Writes a text for the node; repetitions go on for as long as `extra` characters are wanted.
fn make(node: &Node, extra: &mut usize, out: &mut String) {
    match node {
        Node::Set { .. } => out.extend(PLAIN.chars().chain('!'..='~').find(|c| holds(node, *c))),
        Node::Group(branches) => {
            for node in branches.first().into_iter().flatten() {
                make(node, &mut 0, out);
            }
        }
        Node::Repeat { node, least, most } => {
            let mut item = String::new();
            make(node, &mut 0, &mut item);
            let n = item.chars().count().max(1);
            let more = (*extra / n).min(most - least);
            *extra -= more * n;
            out.push_str(&item.repeat(least + more));
        }
        Node::Ahead { .. } | Node::Start | Node::End => {}
    }
}

fn holds(node: &Node, c: char) -> bool {
    let Node::Set { items, negated } = node else { return false };
    let found = items.iter().any(|item| match item {
        Item::Range(a, b) => (*a..=*b).contains(&c),
        Item::Is(f) => f(c),
        Item::Not(f) => !f(c),
    });
    found != *negated
}

/// Where one can stand after any of the branches.
fn any(branches: &[Vec<Node>], text: &[char], from: &[usize]) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    for branch in branches {
        let mut here = from.to_vec();
        for node in branch {
            here = step(node, text, &here);
        }
        all.extend(here);
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn step(node: &Node, text: &[char], from: &[usize]) -> Vec<usize> {
    let keep = |f: &dyn Fn(usize) -> bool| from.iter().copied().filter(|i| f(*i)).collect();
    match node {
        Node::Set { .. } => {
            from.iter().filter(|i| text.get(**i).is_some_and(|c| holds(node, *c))).map(|i| i + 1).collect()
        }
        Node::Group(branches) => any(branches, text, from),
        Node::Start => keep(&|i| i == 0),
        Node::End => keep(&|i| i == text.len()),
        Node::Ahead { inner, negated } => keep(&|i| any(inner, text, &[i]).is_empty() == *negated),
        Node::Repeat { node, least, most } => repeated(node, *least, *most, text, from),
    }
}

fn repeated(node: &Node, least: usize, most: usize, text: &[char], from: &[usize]) -> Vec<usize> {
    if let (Node::Set { .. }, [start]) = (node, from) {
        let run = text[*start..].iter().take(most).take_while(|c| holds(node, **c)).count();
        return (least..=run).map(|n| start + n).collect();
    }
    let mut here = from.to_vec();
    for _ in 0..least {
        here = step(node, text, &here);
    }
    let mut seen = vec![false; text.len() + 1];
    let (mut all, mut round) = (Vec::new(), least);
    loop {
        here.retain(|i| !std::mem::replace(&mut seen[*i], true));
        if here.is_empty() {
            break;
        }
        all.extend_from_slice(&here);
        if round == most {
            break;
        }
        here = step(node, text, &here);
        round += 1;
    }
    all.sort_unstable();
    all
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, text: &str) -> bool {
        let fits = text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c));
        self.at += if fits { text.chars().count() } else { 0 };
        fits
    }

    fn alternatives(&mut self) -> Option<Vec<Vec<Node>>> {
        let mut all = vec![Vec::new()];
        while let Some(c) = self.peek().filter(|c| *c != ')') {
            if c == '|' {
                self.at += 1;
                all.push(Vec::new());
                continue;
            }
            let node = self.atom()?;
            let node = self.quantified(node)?;
            all.last_mut()?.push(node);
        }
        Some(all)
    }

    fn atom(&mut self) -> Option<Node> {
        if self.take("(?!") || self.take("(?=") {
            let negated = self.chars[self.at - 1] == '!';
            let inner = self.alternatives()?;
            return self.take(")").then_some(Node::Ahead { inner, negated });
        }
        if self.take("(?:") || self.take("(") {
            if self.peek() == Some('?') {
                return None;
            }
            let inner = self.alternatives()?;
            return self.take(")").then_some(Node::Group(inner));
        }
        let c = self.peek()?;
        if c == '[' {
            return self.set();
        }
        if c == '\\' {
            let item = self.escape()?;
            return Some(Node::Set { items: vec![item], negated: false });
        }
        self.at += 1;
        Some(match c {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::Set { items: vec![Item::Range('\n', '\n'), Item::Range('\r', '\r')], negated: true },
            c => Node::Set { items: vec![Item::Range(c, c)], negated: false },
        })
    }

    fn quantified(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => {
                let end = self.chars[self.at..].iter().position(|c| *c == '}')? + self.at;
                let inner: String = self.chars[self.at + 1..end].iter().collect();
                self.at = end;
                match inner.split_once(',') {
                    None => (inner.parse().ok()?, inner.parse().ok()?),
                    Some((a, "")) => (a.parse().ok()?, usize::MAX),
                    Some((a, b)) => (a.parse().ok()?, b.parse().ok()?),
                }
            }
            _ => return Some(node),
        };
        self.at += 1;
        if self.peek() == Some('?') || self.peek() == Some('+') {
            self.at += 1;
        }
        Some(Node::Repeat { node: Box::new(node), least, most })
    }

    fn set(&mut self) -> Option<Node> {
        self.at += 1;
        let negated = self.take("^");
        let mut items = Vec::new();
        loop {
            let c = self.peek()?;
            if c == ']' && !items.is_empty() {
                self.at += 1;
                return Some(Node::Set { items, negated });
            }
            if c == '&' && self.chars.get(self.at + 1) == Some(&'&') {
                return None;
            }
            let first = self.set_item()?;
            let ranged = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
            match (first, ranged) {
                (Item::Range(a, _), true) => {
                    self.at += 1;
                    match self.set_item()? {
                        Item::Range(b, _) => items.push(Item::Range(a, b)),
                        class => items.extend([first, Item::Range('-', '-'), class]),
                    }
                }
                _ => items.push(first),
            }
        }
    }

    fn set_item(&mut self) -> Option<Item> {
        let c = self.peek()?;
        if c == '\\' {
            return self.escape();
        }
        self.at += 1;
        Some(Item::Range(c, c))
    }

    fn escape(&mut self) -> Option<Item> {
        let c = *self.chars.get(self.at + 1)?;
        self.at += 2;
        let one = |c| Some(Item::Range(c, c));
        match c {
            'w' => Some(Item::Is(word)),
            'W' => Some(Item::Not(word)),
            'd' => Some(Item::Range('0', '9')),
            'D' => Some(Item::Not(|c| c.is_ascii_digit())),
            's' => Some(Item::Is(blank)),
            'S' => Some(Item::Not(blank)),
            't' => one('\t'),
            'n' => one('\n'),
            'r' => one('\r'),
            'u' => {
                let digits: String = self.chars.get(self.at..self.at + 4)?.iter().collect();
                self.at += 4;
                one(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?)
            }
            'p' => self.property(),
            c if c.is_ascii_alphanumeric() => None,
            c => one(c),
        }
    }

    fn property(&mut self) -> Option<Item> {
        let end = self.chars[self.at..].iter().position(|c| *c == '}')? + self.at;
        let name: String = self.chars[self.at..=end].iter().collect();
        self.at = end + 1;
        let is: fn(char) -> bool = match name.as_str() {
            "{L}" | "{Alpha}" => char::is_alphabetic,
            "{Z}" => |c| c.is_whitespace() && !c.is_control(),
            "{N}" => char::is_numeric,
            "{S}" => |c| "$+<=>^`|~".contains(c),
            "{P}" => |c| c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c),
            "{M}" => |_| false,
            "{Alnum}" => |c| c.is_ascii_alphanumeric(),
            "{Punct}" => |c| c.is_ascii_punctuation(),
            "{Graph}" => |c| c.is_ascii_graphic(),
            "{Print}" => |c| c.is_ascii_graphic() || c == ' ',
            "{ASCII}" => |c| c.is_ascii(),
            _ => return None,
        };
        Some(Item::Is(is))
    }
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn blank(c: char) -> bool {
    " \t\n\x0b\x0c\r".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_match_and_have_the_length_asked_for() {
        for (pattern, least, most) in [
            (r"[\w+=,.@-]+", 1, 64),
            (r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", 3, 63),
            (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", 1, 512),
            (r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", 1, 512),
            (r"^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*", 19, 427),
            (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", 128, 128),
            (r"\d{12}", 0, 99),
        ] {
            let p = Pattern::read(pattern).expect(pattern);
            let made = p.sample(least, most).expect(pattern);
            assert!(p.matches(&made) && made.chars().count() >= least, "{pattern}: {made}");
        }
    }

    #[test]
    fn whole_texts_match_or_do_not() {
        for (pattern, good, bad) in [
            (r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", "a-b-c", "a--b"),
            (r"[\w-]*", "a-b", "a.b"),
            (r"[ -~]+", "a b", "é"),
            (r"a|bc", "bc", "abc"),
            (r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", "v12.a", "v01"),
        ] {
            let p = Pattern::read(pattern).expect(pattern);
            assert!(p.matches(good) && !p.matches(bad), "{pattern}");
        }
        assert!(Pattern::read(r"(?<name>a)\1").is_none());
    }

    #[test]
    fn most_patterns_of_the_models_can_be_read() {
        let all: Vec<&str> =
            model::entries().iter().flat_map(|e| e.model().shapes.iter()).filter_map(|s| s.pattern).collect();
        let read = all.iter().filter(|p| Pattern::read(p).is_some()).count();
        assert!(read * 100 >= all.len() * 90, "{read} of {}", all.len());
    }
}
