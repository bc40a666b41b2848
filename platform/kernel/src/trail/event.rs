//! One call, as the trail knows it. Its fields are borrowed while it is being recorded, and its own when it is read.

use std::borrow::Cow;

use store::{RowError, RowReader};

/// One call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event<'e> {
    /// Virtual time, milliseconds since the epoch.
    pub at_ms: i64,
    /// As shown to the client.
    pub request_id: Cow<'e, str>,
    /// Service id.
    pub service: Cow<'e, str>,
    /// AWS's name of the operation.
    pub operation: Cow<'e, str>,
    /// Partition of the scope.
    pub partition: Cow<'e, str>,
    /// Account of the scope.
    pub account: Cow<'e, str>,
    /// Region of the scope.
    pub region: Cow<'e, str>,
    /// ARN of the caller.
    pub principal: Cow<'e, str>,
    /// Access key id of the call.
    pub access_key_id: Cow<'e, str>,
    /// Address of the caller.
    pub source_ip: Cow<'e, str>,
    /// `User-Agent`.
    pub user_agent: Cow<'e, str>,
    /// Error code; empty when the call succeeded.
    pub error_code: Cow<'e, str>,
    /// Error text.
    pub error_message: Cow<'e, str>,
    /// Whether the operation changes state.
    pub write: bool,
    /// ARNs the call touched.
    pub resources: Cow<'e, [String]>,
    /// Which statement allowed or denied it, in words.
    pub why: Cow<'e, str>,
}

impl Event<'_> {
    /// The same, with texts of its own.
    pub(crate) fn owned(self) -> Event<'static> {
        fn own(text: Cow<'_, str>) -> Cow<'static, str> {
            Cow::Owned(text.into_owned())
        }
        Event {
            at_ms: self.at_ms,
            request_id: own(self.request_id),
            service: own(self.service),
            operation: own(self.operation),
            partition: own(self.partition),
            account: own(self.account),
            region: own(self.region),
            principal: own(self.principal),
            access_key_id: own(self.access_key_id),
            source_ip: own(self.source_ip),
            user_agent: own(self.user_agent),
            error_code: own(self.error_code),
            error_message: own(self.error_message),
            write: self.write,
            resources: Cow::Owned(self.resources.into_owned()),
            why: own(self.why),
        }
    }
}

/// An event with its number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbered {
    /// Counts all events of this data folder.
    pub number: u64,
    /// The event.
    pub event: Event<'static>,
}

/// The events of a block of version 1: rows of tagged fields.
pub(super) fn read_version_1(r: &mut RowReader<'_>) -> Result<Vec<Numbered>, RowError> {
    let list: Vec<u8> = r.get(1)?;
    let mut list = RowReader::new(&list);
    let mut events = Vec::new();
    while let Some(one) = list.next_framed::<Vec<u8>>()? {
        let mut one = RowReader::new(&one);
        let (number, event) = (one.get(1)?, one.get::<Vec<u8>>(2)?);
        events.push(Numbered { number, event: read_tagged(&mut RowReader::new(&event))? });
    }
    Ok(events)
}

fn read_tagged(r: &mut RowReader<'_>) -> Result<Event<'static>, RowError> {
    fn text(r: &mut RowReader<'_>, tag: u16) -> Result<Cow<'static, str>, RowError> {
        r.get::<String>(tag).map(Cow::Owned)
    }
    Ok(Event {
        at_ms: r.get(1)?,
        request_id: text(r, 2)?,
        service: text(r, 3)?,
        operation: text(r, 4)?,
        partition: text(r, 5)?,
        account: text(r, 6)?,
        region: text(r, 7)?,
        principal: text(r, 8)?,
        access_key_id: text(r, 9)?,
        source_ip: text(r, 10)?,
        user_agent: text(r, 11)?,
        error_code: text(r, 12)?,
        error_message: text(r, 13)?,
        write: r.get(14)?,
        resources: Cow::Owned(r.get(15)?),
        why: text(r, 16)?,
    })
}
