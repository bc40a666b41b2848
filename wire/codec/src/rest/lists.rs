//! Lists in one header: split at commas, with quotes around texts that hold some; dates, which hold one each, at every second.

use crate::record::{R, WireError};

/// Cuts at every comma.
pub fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// Cuts at every second comma: `Mon, 16 Dec 2019 23:48:18 GMT, Tue, …`.
pub fn split_dates(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.chunks(2).map(|date| date.join(", ")).collect()
}

/// Cuts at commas outside of quotes; inside, a backslash takes the next character as it is.
pub fn split_quoted(text: &str) -> R<Vec<String>> {
    let mut items = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = rest.find(',').unwrap_or(rest.len());
            let item = rest[..end].trim();
            if !item.is_empty() {
                items.push(item.to_owned());
            }
            rest = rest[end..].trim_start_matches(',').trim_start();
            continue;
        };
        let (item, after) = unquoted(quoted)?;
        items.push(item);
        rest = match after.trim_start() {
            "" => "",
            more => more
                .strip_prefix(',')
                .ok_or_else(|| WireError("Text after a quoted item of a header".into()))?,
        }
        .trim_start();
    }
    Ok(items)
}

fn unquoted(text: &str) -> R<(String, &str)> {
    let mut item = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((item, &text[at + 1..])),
            '\\' => item.extend(chars.next().map(|(_, c)| c)),
            c => item.push(c),
        }
    }
    Err(WireError("A header with an open quote".into()))
}

/// One item as it stands in a list: in quotes when it holds a comma or a quote, or blanks at an end.
pub fn quoted(item: &str) -> String {
    if !item.contains([',', '"']) && item.trim() == item {
        return item.to_owned();
    }
    format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_come_back() {
        let items = ["b,c", "\"def\"", "a", "back\\slash, and", " x"];
        let header = items.map(quoted).join(", ");
        assert_eq!(header, "\"b,c\", \"\\\"def\\\"\", a, \"back\\\\slash, and\", \" x\"");
        assert_eq!(split_quoted(&header).unwrap(), items);
    }

    #[test]
    fn lists_of_dates_have_a_comma_each() {
        let dates = "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 00:00:00 GMT";
        assert_eq!(split_dates(dates), ["Mon, 16 Dec 2019 23:48:18 GMT", "Tue, 17 Dec 2019 00:00:00 GMT"]);
        assert_eq!(split("1,2 ,, 3"), ["1", "2", "3"]);
    }

    #[test]
    fn open_quotes_are_refused() {
        for text in ["\"", "\"a\\", "\"a\" b"] {
            assert!(split_quoted(text).is_err(), "{text}");
        }
        assert!(split_quoted(",,").unwrap().is_empty());
    }
}
