//! Event windows: when scheduled events may touch which instances. Rows, the rules of their times, who stands under one. No
//! event arises here, so that a window has nothing to move; it is kept, shown and checked as AWS does.
//! Source: EC2 user guide, "Create custom event windows for scheduled events" (2026-11-22); codes of refusals inferred.

use codec::Fault;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{combination, invalid_parameter, invalid_value};
use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static EVENT_WINDOW: Kind = Kind {
    noun: "instance-event-window",
    prefix: "iew",
    not_found: ("InvalidInstanceEventWindowID.NotFound", "The event window ID '{}' does not exist"),
    malformed: Some(("InvalidInstanceEventWindowID.Malformed", "Invalid id: \"{}\" (expecting \"iew-...\")")),
    seen: resource::seen::<EventWindow>,
};

/// Fewest hours of a range, and of all of a week.
const RANGE_H: i32 = 2;
const WEEK_H: i32 = 4;
/// Most hours of a range.
const LONGEST_H: i32 = 24;

const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// A range of a week's hours.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Range {
    /// `monday`
    pub(crate) from_day: String,
    pub(crate) from_hour: i32,
    pub(crate) to_day: String,
    pub(crate) to_hour: i32,
}

/// An event window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EventWindow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Empty where there is an expression.
    pub(crate) ranges: Vec<Range>,
    pub(crate) cron: String,
    /// Who stands under it: of one of these types alone.
    pub(crate) instances: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) tags: Vec<TagTarget>,
}

/// Instances with that tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TagTarget {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Row for TagTarget {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.key);
        w.put(2, &self.value);
    }
    fn read(r: &mut RowReader) -> Result<TagTarget, RowError> {
        Ok(TagTarget { key: r.get(1)?, value: r.get(2)? })
    }
}

impl Row for Range {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.from_day);
        w.put(2, &self.from_hour);
        w.put(3, &self.to_day);
        w.put(4, &self.to_hour);
    }
    fn read(r: &mut RowReader) -> Result<Range, RowError> {
        Ok(Range { from_day: r.get(1)?, from_hour: r.get(2)?, to_day: r.get(3)?, to_hour: r.get(4)? })
    }
}

impl Row for EventWindow {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.ranges);
        w.put(4, &self.cron);
        w.put(5, &self.instances);
        w.put(6, &self.hosts);
        w.put(7, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<EventWindow, RowError> {
        Ok(EventWindow {
            id: r.get(1)?,
            name: r.get(2)?,
            ranges: r.get(3)?,
            cron: r.get(4)?,
            instances: r.get(5)?,
            hosts: r.get(6)?,
            tags: r.get(7)?,
        })
    }
}

impl Listed for EventWindow {
    const FILTERS: &'static [(&'static str, Accessor<EventWindow>)] = &[
        ("dedicated-host-id", |w, p| p.each(w.hosts.iter().map(String::as_str))),
        ("event-window-name", |w, p| p.text(&w.name)),
        ("instance-id", |w, p| p.each(w.instances.iter().map(String::as_str))),
        ("instance-tag", |w, p| w.tags.iter().for_each(|t| p.text(&format!("{}={}", t.key, t.value)))),
        ("instance-tag-key", |w, p| p.each(w.tags.iter().map(|t| t.key.as_str()))),
        ("instance-tag-value", |w, p| p.each(w.tags.iter().map(|t| t.value.as_str()))),
        ("tag-value", |w, p| {
            tags::of(p.cx, &w.id).unwrap_or_default().iter().for_each(|(_, v)| p.text(v));
        }),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for EventWindow {
    const TABLE: &'static str = "ec2.event_window";
    const KIND: &'static Kind = &EVENT_WINDOW;
    const LINKED: &'static [&'static str] = &["instance-id", "dedicated-host-id"];
    fn parents(&self) -> Vec<String> {
        self.instances.iter().chain(&self.hosts).cloned().collect()
    }
}

impl EventWindow {
    /// Somebody stands under it.
    pub(crate) fn is_used(&self) -> bool {
        !(self.instances.is_empty() && self.hosts.is_empty() && self.tags.is_empty())
    }

    /// Takes the times that a call gives, in place of those it had.
    ///
    /// Errors: InvalidParameterCombination: both ways of telling them; those of [`ranges`] and [`cron`].
    pub(crate) fn set_times(
        &mut self,
        ranges_given: Option<&[s::InstanceEventWindowTimeRangeRequest]>,
        cron_given: Option<&str>,
    ) -> Result<(), Fault> {
        match (ranges_given.filter(|r| !r.is_empty()), cron_given) {
            (Some(_), Some(_)) => {
                Err(combination("The parameter timeRanges cannot be used with the parameter cronExpression"))
            }
            (Some(given), None) => {
                self.ranges = ranges(given)?;
                self.cron.clear();
                Ok(())
            }
            (None, Some(text)) => {
                cron(text)?;
                text.clone_into(&mut self.cron);
                self.ranges.clear();
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }
}

fn day(given: Option<&str>, name: &str) -> Result<usize, Fault> {
    let text = given.unwrap_or_default();
    let found = DAYS.iter().position(|d| *d == text.to_lowercase());
    found.ok_or_else(|| invalid_parameter(text, name, ""))
}

fn hour(given: Option<i32>, name: &str) -> Result<i32, Fault> {
    match given {
        Some(h) if (0..24).contains(&h) => Ok(h),
        Some(h) => Err(invalid_parameter(h, name, "Must be between 0 and 23.")),
        None => Err(crate::err::missing(name)),
    }
}

/// Ranges of a week. Each is two hours at least and a day at most, and four hours together.
///
/// Errors: InvalidParameterValue; MissingParameter.
fn ranges(given: &[s::InstanceEventWindowTimeRangeRequest]) -> Result<Vec<Range>, Fault> {
    let (mut all, mut total) = (Vec::new(), 0);
    for r in given {
        let from = day(r.start_week_day.as_deref(), "startWeekDay")?;
        let to = day(r.end_week_day.as_deref(), "endWeekDay")?;
        let (from_hour, to_hour) = (hour(r.start_hour, "startHour")?, hour(r.end_hour, "endHour")?);
        let at = |day: usize, hour: i32| i32::try_from(day).unwrap_or(0) * 24 + hour;
        let hours = (at(to, to_hour) - at(from, from_hour)).rem_euclid(7 * 24);
        if !(RANGE_H..=LONGEST_H).contains(&hours) {
            return Err(invalid_value(format!(
                "A time range must be at least {RANGE_H} hours and at most {LONGEST_H} hours long."
            )));
        }
        total += hours;
        all.push(Range { from_day: DAYS[from].to_owned(), from_hour, to_day: DAYS[to].to_owned(), to_hour });
    }
    enough(total)?;
    Ok(all)
}

fn enough(hours: i32) -> Result<(), Fault> {
    match hours >= WEEK_H {
        true => Ok(()),
        false => {
            Err(invalid_value(format!("An event window must be open for at least {WEEK_H} hours a week.")))
        }
    }
}

/// An expression: `* 0-4,20-23 * * 1,5`. Hours and days of the week alone may be given.
///
/// Errors: InvalidParameterValue.
fn cron(text: &str) -> Result<(), Fault> {
    let wrong = |why: &str| invalid_parameter(text, "cronExpression", why);
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hours, of_month, month, days] = fields[..] else {
        return Err(wrong("Expected five fields."));
    };
    if [minute, of_month, month].iter().any(|f| *f != "*") {
        return Err(wrong("Only hours and days of the week can be specified."));
    }
    let mut open = 0;
    for range in hours.split(',') {
        let (from, to) = match range {
            "*" => (0, 23),
            _ => span(range, |t| t.parse().ok().filter(|h| (0..24).contains(h)))
                .ok_or_else(|| wrong("Hours must be ranges of 0 to 23."))?,
        };
        if to - from + 1 < RANGE_H {
            return Err(wrong("A range of hours must be at least 2 hours long."));
        }
        open += to - from + 1;
    }
    let mut on = 0;
    for range in days.split(',') {
        let (from, to) = match range {
            "*" => (0, 6),
            _ => span(range, week_day).ok_or_else(|| wrong("Days must be 0 to 6, or SUN to SAT."))?,
        };
        on += to - from + 1;
    }
    if open > LONGEST_H || on > 7 {
        return Err(wrong("Ranges must not overlap."));
    }
    enough(open * on)
}

fn week_day(text: &str) -> Option<i32> {
    let lower = text.to_lowercase();
    let named = DAYS.iter().position(|d| d[..3] == *lower).and_then(|n| i32::try_from(n).ok());
    named.or_else(|| text.parse().ok().filter(|d| (0..7).contains(d)))
}

/// `2`, `2-5`: from and to.
fn span(text: &str, one: impl Fn(&str) -> Option<i32>) -> Option<(i32, i32)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (one(from)?, one(to)?);
    (from <= to).then_some((from, to))
}

/// As answers show it.
pub(crate) fn show(w: &EventWindow, tags: &Tags) -> s::InstanceEventWindow {
    let ranges = w.ranges.iter().map(|r| s::InstanceEventWindowTimeRange {
        start_week_day: Some(r.from_day.clone()),
        start_hour: Some(r.from_hour),
        end_week_day: Some(r.to_day.clone()),
        end_hour: Some(r.to_hour),
    });
    let targets = s::InstanceEventWindowAssociationTarget {
        instance_ids: Some(w.instances.clone()),
        tags: Some(
            w.tags
                .iter()
                .map(|t| s::Tag { key: Some(t.key.clone()), value: Some(t.value.clone()) })
                .collect(),
        ),
        dedicated_host_ids: Some(w.hosts.clone()),
    };
    let some = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
    s::InstanceEventWindow {
        instance_event_window_id: Some(w.id.clone()),
        time_ranges: Some(ranges.collect::<Vec<_>>()).filter(|r| !r.is_empty()),
        name: some(&w.name),
        cron_expression: some(&w.cron),
        association_target: w.is_used().then_some(targets),
        state: Some("active".to_owned()),
        tags: tags::shown(tags),
    }
}

#[cfg(test)]
mod tests {
    use super::{cron, ranges};
    use shapes_ec2::InstanceEventWindowTimeRangeRequest as Given;

    #[test]
    fn expressions_have_hours_and_days_alone() {
        for good in
            ["* 0-4,20-23 * * 1,5", "* 21-23 * * 2,3", "* 0-23 * * SUN", "* * * * *", "* 1-4 * * mon-fri"]
        {
            assert!(cron(good).is_ok(), "{good}");
        }
        for bad in [
            "* 2-3 * * 1",
            "0 0-4 * * 1",
            "* 0-4 1 * 1",
            "* 0-4 * 1 1",
            "* 2 * * 1,2,3",
            "* 4-0 * * 1",
            "* 0-24 * * 1",
            "* 0-4 * * 7",
            "* 0-4 * * XXX",
            "* 0-23,0-23 * * 1",
            "* 0-4 * *",
            "",
        ] {
            assert!(cron(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_are_two_hours_at_least_and_a_day_at_most() {
        let range = |from: &str, a: i32, to: &str, b: i32| Given {
            start_week_day: Some(from.to_owned()),
            start_hour: Some(a),
            end_week_day: Some(to.to_owned()),
            end_hour: Some(b),
        };
        let monday = |a, b| range("monday", a, "monday", b);
        assert!(ranges(&[monday(2, 8)]).is_ok() && ranges(&[monday(0, 2), monday(4, 6)]).is_ok());
        assert!(ranges(&[range("saturday", 22, "sunday", 2)]).is_ok(), "over the end of the week");
        assert!(ranges(&[range("monday", 3, "tuesday", 3)]).is_ok(), "a whole day");
        for bad in [monday(2, 4), monday(2, 2), monday(8, 2), monday(2, 24), range("someday", 1, "monday", 9)]
        {
            assert!(ranges(&[bad]).is_err());
        }
    }
}
