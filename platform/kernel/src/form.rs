//! A browser's form on its way in: its fields, which come first and are short, then its file, which streams.
//! What the fields mean is the service's.

use bytes::Bytes;
use codec::multipart::{Decoder, Event, Malformed, Part};
use edge::Body;

use crate::upload::{UploadError, unread};

/// Bytes beyond the most that are counted of a file that is too long, so that the refusal can tell its length.
const COUNTED_BYTES: u64 = 64 * 1024 * 1024;

/// Fields at most: empty ones take bytes, too.
const MOST_FIELDS: usize = 1_000;

/// What a form says before its file.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Names, as sent, and values.
    pub fields: Vec<(String, String)>,
    /// Whether it has a file, and what that is called.
    pub file: Option<FileName>,
}

/// What a form's file is called.
#[derive(Clone, Debug, Default)]
pub struct FileName(
    /// As sent; `None`: the file is an ordinary field.
    pub Option<String>,
);

/// The file of a form, as it comes in.
pub(crate) struct FormFile {
    body: Body,
    decoder: Decoder,
    /// Least and most bytes that it may have.
    pub(crate) limits: Option<(u64, u64)>,
    count_bytes: u64,
    ended: bool,
}

fn malformed(_: Malformed) -> UploadError {
    UploadError::Form
}

/// Reads a form up to its file.
///
/// Errors: `Form`, `Fields`; those of reading.
pub(crate) async fn read(
    body: &mut Body,
    boundary: &str,
    most_bytes: usize,
) -> Result<(Form, Decoder), UploadError> {
    let mut decoder = Decoder::new(boundary).map_err(malformed)?;
    let mut form = Form::default();
    let mut field: Option<(String, Vec<u8>)> = None;
    let mut size = 0;
    loop {
        let Some(event) = decoder.next_event().map_err(malformed)? else {
            let piece = body.frame().await.transpose().map_err(|e| unread(&e))?;
            decoder.push(&piece.ok_or_else(|| malformed(Malformed))?);
            continue;
        };
        match event {
            Event::Data(data) => {
                size += data.len();
                if let Some((_, value)) = &mut field {
                    value.extend_from_slice(&data);
                }
            }
            Event::Part(Part { name, file_name, .. }) => {
                form.fields.extend(field.take().map(text));
                if name.eq_ignore_ascii_case("file") {
                    form.file = Some(FileName(file_name));
                    return Ok((form, decoder));
                }
                size += name.len();
                field = Some((name, Vec::new()));
            }
            Event::End => {
                form.fields.extend(field.take().map(text));
                return Ok((form, decoder));
            }
        }
        if size > most_bytes || form.fields.len() > MOST_FIELDS {
            return Err(UploadError::Fields { most_bytes });
        }
    }
}

fn text((name, value): (String, Vec<u8>)) -> (String, String) {
    (name, String::from_utf8_lossy(&value).into_owned())
}

impl FormFile {
    /// What follows the fields.
    pub(crate) fn new(body: Body, decoder: Decoder) -> FormFile {
        FormFile { body, decoder, limits: None, count_bytes: 0, ended: false }
    }

    /// The next piece; `None` at its end. Fields behind a file are passed over.
    ///
    /// Errors: `File`, `Form`; those of reading.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        while !self.ended {
            match self.decoder.next_event().map_err(malformed)? {
                Some(Event::Data(data)) => {
                    self.count_bytes += data.len() as u64;
                    match self.limits {
                        Some((_, most)) if self.count_bytes > most + COUNTED_BYTES => self.check()?,
                        Some((_, most)) if self.count_bytes > most => {}
                        _ => return Ok(Some(data)),
                    }
                }
                Some(Event::Part(_) | Event::End) => {
                    self.ended = true;
                    self.check()?;
                }
                None => {
                    let piece = self.body.frame().await.transpose().map_err(|e| unread(&e))?;
                    self.decoder.push(&piece.ok_or_else(|| malformed(Malformed))?);
                }
            }
        }
        Ok(None)
    }

    fn check(&self) -> Result<(), UploadError> {
        let Some((least_bytes, most_bytes)) = self.limits else { return Ok(()) };
        let size_bytes = self.count_bytes;
        match (least_bytes..=most_bytes).contains(&size_bytes) {
            true => Ok(()),
            false => Err(UploadError::File { size_bytes, least_bytes, most_bytes }),
        }
    }

    /// Reads what is left of the request's body.
    pub(crate) fn body(&mut self) -> &mut Body {
        &mut self.body
    }
}
