//! Lists that are written page by page into one answer: EC2 still answers a list whole when no page is asked for, and such a
//! list may be too long to be held. The first page is written with all that stands around the items, the others as items
//! alone. Which members hold tokens and items, botocore's paginators say. Deciding the pages is not here.

use bytes::Bytes;
use model::{Protocol, Shape};

use crate::record::{R, Record, WireError};
use crate::reply::{Reply, Route};
use crate::value::Value;
use crate::{from_value, peek, query};

/// How one operation's list is cut into pages.
#[derive(Clone, Debug)]
pub struct Pages {
    route: Route,
    input: &'static Shape,
    output: &'static Shape,
    token_in: &'static str,
    token_out: &'static str,
    limit: &'static str,
    items: &'static str,
}

/// One page of an answer: its items may be empty.
#[derive(Clone, Debug)]
pub struct Page {
    /// The answer as it would be if this page were all.
    pub reply: Reply,
    /// Where its items begin and end in its body.
    items: std::ops::Range<usize>,
}

impl Pages {
    /// Those of a route: of ec2Query's lists alone, the only ones that AWS answers whole.
    pub fn of(route: &Route) -> Option<Pages> {
        let p = route.operation.pagination.filter(|_| route.protocol == Protocol::Ec2)?;
        let ([token_in], [token_out], [items]) = (p.input_tokens, p.output_tokens, p.result_keys) else {
            return None;
        };
        let (input, output) = (route.input()?, route.output()?);
        input.member(token_in)?;
        output.member(token_out)?;
        output.member(items)?;
        let limit = p.limit_key?;
        Some(Pages { route: route.clone(), input, output, token_in, token_out, limit, items })
    }

    /// Whether the input asks for one page.
    pub fn limited(&self, input: &dyn Record) -> bool {
        peek(self.route.model, self.input, input, self.limit).is_some()
    }

    /// The token of the page after that one, if there is one.
    pub fn next(&self, output: &dyn Record) -> Option<String> {
        peek(self.route.model, self.output, output, self.token_out)
    }

    /// Has the input ask for the page with that token.
    pub fn turn(&self, input: &mut dyn Record, token: String) -> R {
        let value = Value::of(self.input, [(self.token_in, Value::String(token))]);
        from_value(self.route.model, self.input, &value, input)
    }

    /// Writes a page, without its token.
    pub fn write(&self, output: &dyn Record, request_id: &str) -> R<Page> {
        let cut = Cut { of: self.output, left_out: self.token_out, list: self.items, items: None };
        let (reply, items) = query::encode_page(&self.route, output, request_id, cut)?;
        let items = items.ok_or_else(|| WireError(format!("a page has no {}", self.items)))?;
        Ok(Page { reply, items })
    }
}

impl Page {
    /// All up to the end of the items, and what stands behind them.
    pub fn split(&self) -> (Bytes, Bytes) {
        let end = self.items.end;
        (self.reply.body.slice(..end), self.reply.body.slice(end..))
    }

    /// The items alone.
    pub fn items(&self) -> Bytes {
        self.reply.body.slice(self.items.clone())
    }
}

/// What a writer of pages leaves out, and what it takes note of.
pub(crate) struct Cut {
    /// The structure whose members are meant.
    pub(crate) of: &'static Shape,
    /// The member that is left out.
    pub(crate) left_out: &'static str,
    /// The list.
    pub(crate) list: &'static str,
    /// Where the list's items begin and end, once they are written.
    pub(crate) items: Option<std::ops::Range<usize>>,
}

impl Cut {
    /// Notes where a list was written that begins and ends there, in an element of that name.
    pub(crate) fn note(&mut self, element: std::ops::Range<usize>, name: &str) {
        let (open, close) = (name.len() + 2, name.len() + 3);
        let is_empty = element.len() < open + close;
        self.items =
            Some(if is_empty { element.end..element.end } else { element.start + open..element.end - close });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route() -> Route {
        let model = model::service("ec2").expect("EC2 is modelled");
        let operation = model.operation("DescribeTags").expect("it is modelled");
        Route { model, operation, protocol: Protocol::Ec2, labels: Vec::new() }
    }

    fn answer(ids: &[&str], token: Option<&str>) -> Value {
        let tag = |id: &&str| Value::Record(vec![(2, "ResourceId", Value::String((*id).to_owned()))]);
        let output = route().output().expect("it has an output");
        let mut members = vec![("Tags", Value::List(ids.iter().map(tag).collect()))];
        members.extend(token.map(|t| ("NextToken", Value::String(t.to_owned()))));
        Value::of(output, members)
    }

    fn text(bytes: &Bytes) -> &str {
        std::str::from_utf8(bytes).expect("XML is UTF-8")
    }

    #[test]
    fn pages_make_the_document_that_the_whole_list_makes() {
        let pages = Pages::of(&route()).expect("tags have pages");
        let (first, second) = (answer(&["i-1", "i-2"], Some("more")), answer(&["i-3"], None));
        assert_eq!((pages.next(&first).as_deref(), pages.next(&second)), (Some("more"), None));
        let write = |v: &Value| pages.write(v, "id").expect("it can be written");
        let (head, tail) = write(&first).split();
        let whole = crate::encode(&route(), &answer(&["i-1", "i-2", "i-3"], None), "id").body;
        assert_eq!([text(&head), text(&write(&second).items()), text(&tail)].concat(), text(&whole));
        assert_eq!(text(&write(&answer(&[], None)).items()), "");
    }

    #[test]
    fn an_input_turns_to_the_next_page() {
        let pages = Pages::of(&route()).expect("tags have pages");
        let input = route().input().expect("it has an input");
        let mut asked = Value::of(input, [("MaxResults", Value::Integer(5))]);
        assert!(pages.limited(&asked) && !pages.limited(&Value::record()));
        pages.turn(&mut asked, "more".to_owned()).expect("a token fits");
        assert_eq!(peek(route().model, input, &asked, "NextToken").as_deref(), Some("more"));
    }

    #[test]
    fn protocols_that_always_page_have_none() {
        let model = model::service("iam").expect("IAM is modelled");
        let operation = model.operation("ListUsers").expect("it is modelled");
        let route = Route { model, operation, protocol: Protocol::Query, labels: Vec::new() };
        assert!(Pages::of(&route).is_none());
    }
}
