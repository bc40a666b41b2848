//! Lists that go out in pieces: a list that is asked for whole, where AWS still allows that, is decided page by page while the
//! client takes it. No more than a few pages are in memory, however long the list and however slow the client. The pages
//! are of different moments, as they are for a client that asks for them itself. The call is judged once.

use std::sync::Arc;

use bytes::Bytes;
use codec::{Fault, Pages, Record, Reply, Route};
use directory::Identity;

use crate::cx::RequestMeta;
use crate::decide::{Case, Step};
use crate::flow::{self, Source};
use crate::kernel::Kernel;
use crate::operation::Act;
use crate::place::Place;
use crate::trail::Event;

/// Items of a piece.
pub(crate) const PIECE_ITEMS: usize = 500;

/// A list on its way: what it takes to decide its next page.
pub(crate) struct Listing {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) route: Route,
    pub(crate) pages: Pages,
    pub(crate) caller: Arc<Identity>,
    pub(crate) place: Place,
    pub(crate) meta: RequestMeta,
    pub(crate) input: Box<dyn Record>,
}

impl Listing {
    /// Answers with the first page, to be followed by the others.
    ///
    /// Errors: what the codec cannot write.
    pub(crate) fn begin(self, first: &dyn Record, token: String) -> Result<(Reply, edge::OutBody), Fault> {
        let page = self.pages.write(first, &self.meta.request_id).map_err(|e| Fault::internal(e.0))?;
        let (head, tail) = page.split();
        let request_id = self.meta.request_id.clone();
        let rest = Rest { listing: self, head: Some(head), token: Some(token), tail: Some(tail) };
        Ok((Reply { body: Bytes::new(), ..page.reply }, flow::streamed(rest, None, request_id)))
    }

    fn page(&mut self, token: String) -> Result<(Bytes, Option<String>), String> {
        self.pages.turn(self.input.as_mut(), token).map_err(|e| e.0)?;
        let row = self.kernel.row(self.route.model.id, self.route.operation.name);
        let Some((service, operation)) = row else { return Err("the operation is gone".to_owned()) };
        let Act::Decide(decide) = &operation.act else { return Err("a flow has no pages".to_owned()) };
        let case = Case {
            service,
            place: &self.place,
            caller: &self.caller,
            meta: &self.meta,
            last_chance: true,
            asked: &[],
        };
        let never = None::<fn(i64) -> Event<'static>>;
        let step = self.kernel.decide_as(case, false, never, |cx| decide(cx, self.input.as_ref()));
        let out = match step {
            Step::Done(out, _) => out,
            Step::Refused(fault) => return Err(format!("{}: {}", fault.code(), fault.message())),
            Step::Parked(..) => return Err("a list parked".to_owned()),
        };
        let page = self.pages.write(out.as_ref(), &self.meta.request_id).map_err(|e| e.0)?;
        Ok((page.items(), self.pages.next(out.as_ref())))
    }
}

/// What of a list has not gone out yet.
struct Rest {
    listing: Listing,
    head: Option<Bytes>,
    token: Option<String>,
    tail: Option<Bytes>,
}

impl Source for Rest {
    async fn next(&mut self) -> Result<Option<Bytes>, String> {
        let piece = match (self.head.take(), self.token.take()) {
            (Some(head), token) => {
                self.token = token;
                Some(head)
            }
            (None, Some(token)) => {
                let (items, next) = self.listing.page(token)?;
                self.token = next;
                Some(items)
            }
            (None, None) => self.tail.take(),
        };
        Ok(piece)
    }
}
