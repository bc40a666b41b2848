//! What the parsers of conditions, updates and projections share: the tokens, paths, functions, limits and syntax errors.

use super::Kind;
use super::token::{Token, TokenKind, syntax_error, tokens};
use super::tree::{Raw, RawPath, RawStep};
use crate::Invalid;

/// Bytes that an expression may have.
const MAX_BYTES: usize = 4096;
/// Operators and functions that an expression may have.
const MAX_OPERATORS: usize = 300;
/// Levels that a path may have.
const MAX_LEVELS: usize = 32;
/// How deep `size` may stand in others before its operand, a number, is refused without reading on.
const MAX_NESTED_SIZES: usize = 16;
const MAX_INDEX: usize = i32::MAX as usize;

/// A parser over the tokens of one expression.
pub(super) struct Parser<'a> {
    pub kind: Kind,
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    operators: usize,
    /// Whether parentheses stood around parentheses.
    pub redundant: bool,
}

/// What is open while an operand is read.
enum Open {
    Parenthesis,
    Function(String, Vec<Raw>),
}

impl<'a> Parser<'a> {
    /// A parser at the first token. Errors: an empty expression; one that is too long.
    pub fn new(kind: Kind, text: &'a str) -> Result<Parser<'a>, Invalid> {
        if text.is_empty() {
            return Err(kind.invalid("The expression can not be empty;"));
        }
        if text.len() > MAX_BYTES {
            return Err(kind.invalid(format!(
                "Expression size has exceeded the maximum allowed size; expression size: {}",
                text.len()
            )));
        }
        let tokens = tokens(text);
        Ok(Parser { kind, text, tokens, at: 0, operators: 0, redundant: false })
    }

    pub fn peek(&self) -> Token<'a> {
        self.tokens[self.at]
    }

    fn peek_next(&self) -> Token<'a> {
        self.tokens[(self.at + 1).min(self.tokens.len() - 1)]
    }

    pub fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    /// The error at the current token.
    pub fn unexpected<T>(&self) -> Result<T, Invalid> {
        Err(self.kind.invalid(syntax_error(self.text, &self.tokens, self.at)))
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Symbol && token.text == symbol
    }

    pub fn is_keyword(&self, word: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word)
    }

    pub fn take_symbol(&mut self, symbol: &str) -> bool {
        let there = self.is_symbol(symbol);
        if there {
            self.take();
        }
        there
    }

    pub fn take_keyword(&mut self, word: &str) -> bool {
        let there = self.is_keyword(word);
        if there {
            self.take();
        }
        there
    }

    pub fn expect_symbol(&mut self, symbol: &str) -> Result<(), Invalid> {
        if self.take_symbol(symbol) { Ok(()) } else { self.unexpected() }
    }

    pub fn expect_end(&self) -> Result<(), Invalid> {
        if self.peek().kind == TokenKind::End { Ok(()) } else { self.unexpected() }
    }

    /// Counts an operator or a function.
    pub fn count_operator(&mut self) -> Result<(), Invalid> {
        self.operators += 1;
        if self.operators > MAX_OPERATORS {
            return Err(self.kind.invalid(format!(
                "The expression contains too many operators; operator count: {}",
                self.operators
            )));
        }
        Ok(())
    }

    /// Whether a function begins here: a word before a parenthesis.
    fn is_function(&self) -> bool {
        let next = self.peek_next();
        self.peek().kind == TokenKind::Word && next.kind == TokenKind::Symbol && next.text == "("
    }

    /// An operand: a path, a value, a function of operands, any of these in parentheses. A loop, because an expression may
    /// nest deeper than a stack does. The flag says whether it stands in parentheses.
    pub fn operand(&mut self, keywords: &[&str]) -> Result<(Raw, bool), Invalid> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            if self.take_symbol("(") {
                open.push(Open::Parenthesis);
                continue;
            }
            if self.is_function() && !keywords.iter().any(|k| self.is_keyword(k)) {
                open.push(self.function(&open)?);
                continue;
            }
            let simple = if self.peek().kind == TokenKind::Value {
                Raw::Value(self.take().text.to_owned())
            } else {
                Raw::Path(self.path(keywords)?)
            };
            if let Some(whole) = self.close(&mut open, simple)? {
                return Ok(whole);
            }
        }
    }

    fn function(&mut self, open: &[Open]) -> Result<Open, Invalid> {
        let name = self.take().text.to_owned();
        self.take();
        if KNOWN_FUNCTIONS.contains(&name.as_str()) {
            self.count_operator()?;
        }
        if self.kind != Kind::Update && name == "size" && open.len() > MAX_NESTED_SIZES {
            return Err(self.kind.invalid(
                "Incorrect operand type for operator or function; operator or function: size, operand type: N",
            ));
        }
        Ok(Open::Function(name, Vec::new()))
    }

    /// Closes what an operand ends; `None` when a further argument follows.
    fn close(&mut self, open: &mut Vec<Open>, operand: Raw) -> Result<Option<(Raw, bool)>, Invalid> {
        let (mut current, mut in_parentheses) = (operand, false);
        while let Some(last) = open.pop() {
            match last {
                Open::Parenthesis => {
                    self.expect_symbol(")")?;
                    self.redundant |= in_parentheses;
                    in_parentheses = !self.goes_on(&mut current)?;
                }
                Open::Function(name, mut args) => {
                    args.push(current);
                    if self.take_symbol(",") {
                        open.push(Open::Function(name, args));
                        return Ok(None);
                    }
                    self.expect_symbol(")")?;
                    (current, in_parentheses) = (Raw::Function(name, args), false);
                }
            }
        }
        Ok(Some((current, in_parentheses)))
    }

    /// Reads on in a path that stood in parentheses, which conditions allow: `(a.b).c`.
    pub fn goes_on(&mut self, operand: &mut Raw) -> Result<bool, Invalid> {
        match operand {
            Raw::Path(path) if self.kind != Kind::Update && (self.is_symbol(".") || self.is_symbol("[")) => {
                self.path_rest(path)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// How many of the parentheses that open here stand around the next `+` or `-` of the same action, and not around one of its
    /// operands.
    pub fn parentheses_around_sum(&self) -> usize {
        let rest = &self.tokens[self.at..];
        let opening = rest.iter().take_while(|t| t.text == "(").count();
        let mut depth = 0usize;
        for token in rest {
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "+" | "-" => return if depth <= opening { depth } else { 0 },
                "," if depth == 0 => return 0,
                _ => {}
            }
        }
        0
    }

    /// One or more, separated by commas.
    pub fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Parser<'a>) -> Result<T, Invalid>,
    ) -> Result<Vec<T>, Invalid> {
        let mut all = vec![one(self)?];
        while self.take_symbol(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// A path that begins here. `keywords` are words that it may not begin with.
    pub fn path(&mut self, keywords: &[&str]) -> Result<RawPath, Invalid> {
        let first = self.name_step(keywords)?;
        let mut path = RawPath { steps: vec![first] };
        self.path_rest(&mut path)?;
        Ok(path)
    }

    /// The further steps of a path.
    pub fn path_rest(&mut self, path: &mut RawPath) -> Result<(), Invalid> {
        loop {
            if self.take_symbol(".") {
                path.steps.push(self.name_step(&[])?);
            } else if self.take_symbol("[") {
                path.steps.push(self.index_step()?);
            } else {
                return self.check_levels(path);
            }
        }
    }

    fn check_levels(&self, path: &RawPath) -> Result<(), Invalid> {
        let levels = path.steps.len();
        if levels > MAX_LEVELS {
            return Err(self.kind.invalid(format!(
                "The document path has too many nesting levels; nesting levels: {levels}"
            )));
        }
        Ok(())
    }

    fn name_step(&mut self, keywords: &[&str]) -> Result<RawStep, Invalid> {
        let token = self.peek();
        let keyword = keywords.iter().any(|k| token.text.eq_ignore_ascii_case(k));
        match token.kind {
            TokenKind::Word if !keyword => {}
            TokenKind::Name => {}
            _ => return self.unexpected(),
        }
        Ok(RawStep::Name(self.take().text.to_owned()))
    }

    fn index_step(&mut self) -> Result<RawStep, Invalid> {
        if self.peek().kind != TokenKind::Digits {
            return self.unexpected();
        }
        let digits = self.take().text;
        let index = digits.parse::<usize>().ok().filter(|i| *i <= MAX_INDEX);
        let index = index.ok_or_else(|| {
            self.kind.invalid(format!("List index is not within the allowable range; index: [{digits}]"))
        })?;
        self.expect_symbol("]")?;
        Ok(RawStep::Index(index))
    }
}

/// Functions of conditions.
pub(super) const CONDITION_FUNCTIONS: &[(&str, usize)] = &[
    ("attribute_exists", 1),
    ("attribute_not_exists", 1),
    ("attribute_type", 2),
    ("begins_with", 2),
    ("contains", 2),
    ("size", 1),
];

/// Functions of updates.
pub(super) const UPDATE_FUNCTIONS: &[(&str, usize)] = &[("if_not_exists", 2), ("list_append", 2)];

const KNOWN_FUNCTIONS: &[&str] = &[
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
    "if_not_exists",
    "list_append",
];

/// Refuses a function that is not among `known`, or belongs to the other language.
pub(super) fn check_function(kind: Kind, name: &str) -> Result<(), String> {
    let among = |all: &[(&str, usize)]| all.iter().any(|(n, _)| *n == name);
    let (own, other, place) = match kind {
        Kind::Update => (UPDATE_FUNCTIONS, CONDITION_FUNCTIONS, "an update"),
        _ => (CONDITION_FUNCTIONS, UPDATE_FUNCTIONS, "a condition"),
    };
    if among(own) {
        Ok(())
    } else if among(other) {
        Err(format!("The function is not allowed in {place} expression; function: {name}"))
    } else {
        Err(format!("Invalid function name; function: {name}"))
    }
}

/// The text for a number of operands that the function does not take.
pub(super) fn check_operand_count(
    functions: &[(&str, usize)],
    name: &str,
    given: usize,
) -> Result<(), String> {
    match functions.iter().find(|(n, _)| *n == name) {
        Some((_, takes)) if *takes != given => Err(format!(
            "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: \
             {given}"
        )),
        _ => Ok(()),
    }
}
