//! Tokens of expressions, and the text of syntax errors. A character that begins no token is a token by itself: the parser
//! refuses it where it stands.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A letter, then letters, digits and `_`.
    Word,
    /// `#` and letters, digits and `_`.
    Name,
    /// `:` and letters, digits and `_`.
    Value,
    /// Digits.
    Digits,
    /// An operator or a delimiter.
    Symbol,
    /// Anything else.
    Unknown,
    /// The end.
    End,
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    start: usize,
}

/// The tokens of a text; the last is the end.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all = Vec::with_capacity(text.len() / 4 + 2);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if matches!(c, ' ' | '\t' | '\r' | '\n') {
            at += 1;
            continue;
        }
        let (kind, length) = measure(c, &text[at..]);
        all.push(Token { kind, text: &text[at..at + length], start: at });
        at += length;
    }
    all.push(Token { kind: TokenKind::End, text: "<EOF>", start: text.len() });
    all
}

/// Kind and length of the token at the beginning.
fn measure(first: char, text: &str) -> (TokenKind, usize) {
    let part = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let run = |from: usize| from + text.as_bytes()[from..].iter().take_while(|b| part(b)).count();
    match first {
        'a'..='z' | 'A'..='Z' => (TokenKind::Word, run(0)),
        '0'..='9' => (TokenKind::Digits, text.bytes().take_while(u8::is_ascii_digit).count()),
        '#' if run(1) > 1 => (TokenKind::Name, run(1)),
        ':' if run(1) > 1 => (TokenKind::Value, run(1)),
        '<' if text.starts_with("<>") || text.starts_with("<=") => (TokenKind::Symbol, 2),
        '>' if text.starts_with(">=") => (TokenKind::Symbol, 2),
        '=' | '<' | '>' | '(' | ')' | '[' | ']' | ',' | '.' | '+' | '-' => (TokenKind::Symbol, 1),
        _ => (TokenKind::Unknown, first.len_utf8()),
    }
}

/// The text of a syntax error at a token: the token, and it with its neighbours as they were written.
pub(super) fn syntax_error(text: &str, tokens: &[Token<'_>], at: usize) -> String {
    let token = &tokens[at];
    let from = &tokens[at.saturating_sub(1)];
    let to = tokens.get(at + 1).filter(|t| t.kind != TokenKind::End).unwrap_or(token);
    let end = if to.kind == TokenKind::End { end_of_previous(tokens, at) } else { to.start + to.text.len() };
    let near = text.get(from.start..end).unwrap_or("");
    format!("Syntax error; token: \"{}\", near: \"{near}\"", token.text)
}

fn end_of_previous(tokens: &[Token<'_>], at: usize) -> usize {
    at.checked_sub(1).map_or(0, |i| tokens[i].start + tokens[i].text.len())
}
