//! Rust text with the insides of literals (and comments, if wished) replaced by spaces, so that braces and words can be counted
//! without a parser. Lines stay where they are.

/// What to blank besides string and character literals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// Leave comments as they are.
    Keep,
    /// Blank them too.
    Blank,
}

/// The text with literals blanked.
pub fn blank(text: &str, comments: Comments) -> String {
    let mut s = Scanner { chars: text.chars().collect(), at: 0, out: String::with_capacity(text.len()) };
    while let Some(c) = s.peek(0) {
        match c {
            '/' if s.peek(1) == Some('/') => s.line_comment(comments),
            '/' if s.peek(1) == Some('*') => s.block_comment(comments),
            '"' => s.string(),
            'r' | 'b' if s.raw_string_hashes().is_some() && !s.in_word() => s.raw_string(),
            '\'' => s.character(),
            _ => s.copy(),
        }
    }
    s.out
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    out: String,
}

impl Scanner {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn copy(&mut self) {
        self.out.extend(self.peek(0));
        self.at += 1;
    }

    fn hide(&mut self) {
        if let Some(c) = self.peek(0) {
            self.out.push(if c == '\n' { '\n' } else { ' ' });
        }
        self.at += 1;
    }

    fn in_word(&self) -> bool {
        self.at > 0 && (self.chars[self.at - 1].is_alphanumeric() || self.chars[self.at - 1] == '_')
    }

    fn line_comment(&mut self, comments: Comments) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            if comments == Comments::Keep { self.copy() } else { self.hide() }
        }
    }

    fn block_comment(&mut self, comments: Comments) {
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            let pair = (c, self.peek(1));
            let step = if pair == ('/', Some('*')) || pair == ('*', Some('/')) { 2 } else { 1 };
            depth += if pair == ('/', Some('*')) { 1 } else { 0 };
            depth -= if pair == ('*', Some('/')) { 1 } else { 0 };
            for _ in 0..step {
                if comments == Comments::Keep { self.copy() } else { self.hide() }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.copy();
        while let Some(c) = self.peek(0) {
            match c {
                '"' => return self.copy(),
                '\\' => {
                    self.hide();
                    self.hide();
                }
                _ => self.hide(),
            }
        }
    }

    /// Number of hashes when a raw string starts here: `r"`, `r#"`, `br"`.
    fn raw_string_hashes(&self) -> Option<usize> {
        let start = if self.peek(0) == Some('b') { 1 } else { 0 };
        if self.peek(start) != Some('r') {
            return None;
        }
        let hashes = (start + 1..).take_while(|i| self.peek(*i) == Some('#')).count();
        (self.peek(start + 1 + hashes) == Some('"')).then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_string_hashes().expect("the caller saw a raw string");
        while self.peek(0) != Some('"') {
            self.copy();
        }
        self.copy();
        while let Some(c) = self.peek(0) {
            let closes = c == '"' && (1..=hashes).all(|i| self.peek(i) == Some('#'));
            if closes {
                return self.copy();
            }
            self.hide();
        }
    }

    /// A character literal, or the quote of a lifetime.
    fn character(&mut self) {
        let escaped = self.peek(1) == Some('\\');
        if !escaped && self.peek(2) != Some('\'') {
            return self.copy();
        }
        self.copy();
        if escaped {
            self.hide();
            self.hide();
        }
        while self.peek(0).is_some_and(|c| c != '\'' && c != '\n') {
            self.hide();
        }
        self.copy();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_vanish_and_lines_stay() {
        let text = "let a = \"{ \\\" {\"; // {\nlet b = '{'; fn f<'a>(x: &'a str) {}\nr#\"{\"}\"# '\\'' /* { /* { */ */ }";
        let blanked = blank(text, Comments::Blank);
        assert_eq!(blanked.matches('{').count(), 1);
        assert_eq!(blanked.matches('}').count(), 2);
        assert_eq!(blanked.lines().count(), text.lines().count());
        assert!(blank(text, Comments::Keep).contains("// {"));
    }
}
