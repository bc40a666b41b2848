//! What the parsers of statements share: tokens, names, paths, refusals.

use super::token::{Kind, Token, tokens};
use crate::expression::{Path, Step};
use crate::{Invalid, Value};

/// How deep parentheses may stand: far more than any statement needs, far less than a stack holds.
const MAX_OPEN: usize = 32;
const MAX_INDEX: usize = i32::MAX as usize;

/// Words that are no names unless quoted.
const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cross",
    "delete",
    "desc",
    "distinct",
    "exists",
    "false",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "insert",
    "into",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "missing",
    "not",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "remove",
    "returning",
    "right",
    "select",
    "set",
    "table",
    "true",
    "union",
    "update",
    "value",
    "values",
    "where",
];

/// A parser over the tokens of one statement.
pub(super) struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    parameters: std::vec::IntoIter<Value>,
    open: usize,
}

/// A refusal of the form of a statement.
pub(super) fn malformed(detail: &str) -> Invalid {
    Invalid::new(format!("Statement wasn't well formed, can't be processed: {detail}"))
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, parameters: Vec<Value>) -> Result<Parser<'a>, Invalid> {
        let tokens = tokens(text).ok_or_else(|| malformed(""))?;
        let wanted = tokens.iter().filter(|t| t.kind == Kind::Symbol && t.text == "?").count();
        if wanted != parameters.len() {
            return Err(Invalid::new("Number of parameters in request and statement don't match."));
        }
        Ok(Parser { tokens, at: 0, parameters: parameters.into_iter(), open: 0 })
    }

    pub fn peek(&self) -> &Token<'a> {
        &self.tokens[self.at]
    }

    pub fn peek_at(&self, ahead: usize) -> &Token<'a> {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    pub fn take(&mut self) -> Token<'a> {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().kind == Kind::Symbol && self.peek().text == symbol
    }

    pub fn take_symbol(&mut self, symbol: &str) -> bool {
        let there = self.is_symbol(symbol);
        if there {
            self.take();
        }
        there
    }

    pub fn expect_symbol(&mut self, symbol: &str) -> Result<(), Invalid> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(malformed("Unexpected token")) }
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.peek().is_word(word)
    }

    pub fn take_word(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        if there {
            self.take();
        }
        there
    }

    pub fn expect_word(&mut self, word: &str) -> Result<(), Invalid> {
        if self.take_word(word) {
            return Ok(());
        }
        Err(malformed(&format!("Expected {} keyword", word.to_ascii_uppercase())))
    }

    /// Refuses an operator that the statement ends with.
    pub fn expect_right_side(&self) -> Result<(), Invalid> {
        match self.peek().kind {
            Kind::End => Err(malformed("Missing right-hand side expression of infix operator")),
            _ => Ok(()),
        }
    }

    pub fn expect_end(&mut self) -> Result<(), Invalid> {
        self.take_symbol(";");
        match self.peek().kind {
            Kind::End => Ok(()),
            _ => Err(malformed("Unexpected token after expression")),
        }
    }

    pub fn parameter(&mut self) -> Result<Value, Invalid> {
        self.parameters.next().ok_or_else(|| malformed("Unexpected token"))
    }

    pub fn enter(&mut self) -> Result<(), Invalid> {
        self.open += 1;
        if self.open > MAX_OPEN { Err(malformed("")) } else { Ok(()) }
    }

    pub fn leave(&mut self) {
        self.open -= 1;
    }

    /// A name, quoted or a word that is no keyword; `None` when none is here.
    pub fn name(&mut self) -> Option<String> {
        let token = self.peek();
        let name = match &token.kind {
            Kind::Quoted(name) => name.clone(),
            Kind::Word if !KEYWORDS.iter().any(|k| token.is_word(k)) => token.text.to_owned(),
            _ => return None,
        };
        self.take();
        Some(name)
    }

    pub fn is_function(&self) -> bool {
        let next = self.peek_at(1);
        self.peek().kind == Kind::Word && next.kind == Kind::Symbol && next.text == "("
    }

    pub fn path(&mut self) -> Result<Path, Invalid> {
        let first = self.name().ok_or_else(|| {
            let word = self.peek().kind == Kind::Word;
            malformed(if word { "Unexpected keyword" } else { "Unexpected term" })
        })?;
        let mut steps = vec![Step::Name(first)];
        loop {
            if self.take_symbol(".") {
                let name = self.name().ok_or_else(|| malformed("Invalid path dot component"))?;
                steps.push(Step::Name(name));
            } else if self.take_symbol("[") {
                steps.push(self.index()?);
                self.expect_symbol("]")?;
            } else {
                return Path::new(steps).ok_or_else(|| malformed("Unexpected term"));
            }
        }
    }

    fn index(&mut self) -> Result<Step, Invalid> {
        if let Kind::Text(name) = &self.peek().kind {
            let name = name.clone();
            self.take();
            return Ok(Step::Name(name));
        }
        let sign = if self.take_symbol("-") { "-" } else { "" };
        let token = self.take();
        if token.kind != Kind::Number || !token.text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed("Invalid path component"));
        }
        let index = token.text.parse::<usize>().ok().filter(|i| *i <= MAX_INDEX);
        match index {
            Some(index) if sign.is_empty() || index == 0 => Ok(Step::Index(index)),
            _ => Err(Invalid::new(format!(
                "List index is not within the allowable range; index: [{sign}{}] at {}",
                token.text,
                token.position()
            ))),
        }
    }
}
