//! What the server says that it holds: all versions of both buckets, all uploads and their parts, read page by page. And
//! whether that is what a writer's holdings say.

use std::collections::BTreeMap;

use crate::client::{Answer, Client};
use crate::crash::s3::book::{Holdings, Parts, Place, UNTOLD, Upload, Version};
use crate::crash::s3::content::Content;
use crate::crash::s3::writer::{bucket, target};

/// Small, so that lists have several pages.
const PAGE: usize = 50;

/// A version as it is listed.
#[derive(Clone, Debug)]
pub struct Listed {
    id: String,
    is_marker: bool,
    is_latest: bool,
    size: usize,
}

/// A part as it is listed: its ETag and size.
type ListedPart = (String, usize);

/// What is there.
#[derive(Debug, Default)]
pub struct Seen {
    /// Newest first, but markers apart from the others.
    pub keys: BTreeMap<Place, Vec<Listed>>,
    /// By id: where to, and the parts by number.
    pub uploads: BTreeMap<String, (Place, BTreeMap<u32, ListedPart>)>,
}

/// Asks for everything.
pub fn look(client: &mut Client) -> Result<Seen, String> {
    let mut seen = Seen::default();
    for versioned in [false, true] {
        versions(client, versioned, &mut seen)?;
        uploads(client, versioned, &mut seen)?;
    }
    Ok(seen)
}

fn get(client: &mut Client, target: &str) -> Result<Answer, String> {
    let answer = client.s3("GET", target, &[], b"").map_err(|e| format!("GET {target}: {e}"))?;
    match answer.status {
        200 => Ok(answer),
        status => Err(format!("GET {target} answered {status} {}", answer.text())),
    }
}

/// The text between the tags of the first element of a name.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inner, _)| inner)
}

fn must<'t>(text: &'t str, name: &str) -> Result<&'t str, String> {
    element(text, name).ok_or_else(|| format!("there is no {name} in {text}"))
}

fn number<N: std::str::FromStr>(text: &str, name: &str) -> Result<N, String> {
    must(text, name)?.parse().map_err(|_| format!("{name} is no number in {text}"))
}

/// Keys have a slash, and ids may have what a query may not.
fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn versions(client: &mut Client, versioned: bool, seen: &mut Seen) -> Result<(), String> {
    let mut from = String::new();
    loop {
        let call = format!("/{}?versions&max-keys={PAGE}{from}", bucket(versioned));
        let page = get(client, &call)?.text();
        for (name, is_marker) in [("Version", false), ("DeleteMarker", true)] {
            for entry in page.split(&format!("<{name}>")).skip(1) {
                let (entry, _) = entry.split_once(&format!("</{name}>")).ok_or("an element doesn't end")?;
                let (key, id) = (must(entry, "Key")?.to_owned(), must(entry, "VersionId")?.to_owned());
                let is_latest = must(entry, "IsLatest")? == "true";
                let size = if is_marker { 0 } else { number(entry, "Size")? };
                let listed = Listed { id, is_marker, is_latest, size };
                seen.keys.entry(Place { versioned, key }).or_default().push(listed);
            }
        }
        if must(&page, "IsTruncated")? == "false" {
            return Ok(());
        }
        let (key, id) = (must(&page, "NextKeyMarker")?, must(&page, "NextVersionIdMarker")?);
        from = format!("&key-marker={}&version-id-marker={}", escaped(key), escaped(id));
    }
}

fn uploads(client: &mut Client, versioned: bool, seen: &mut Seen) -> Result<(), String> {
    let mut from = String::new();
    loop {
        let call = format!("/{}?uploads&max-uploads={PAGE}{from}", bucket(versioned));
        let page = get(client, &call)?.text();
        for entry in page.split("<Upload>").skip(1) {
            let place = Place { versioned, key: must(entry, "Key")?.to_owned() };
            let id = must(entry, "UploadId")?;
            let parts = parts(client, &place, id)?;
            seen.uploads.insert(id.to_owned(), (place, parts));
        }
        if must(&page, "IsTruncated")? == "false" {
            return Ok(());
        }
        let (key, id) = (must(&page, "NextKeyMarker")?, must(&page, "NextUploadIdMarker")?);
        from = format!("&key-marker={}&upload-id-marker={}", escaped(key), escaped(id));
    }
}

fn parts(client: &mut Client, place: &Place, id: &str) -> Result<BTreeMap<u32, ListedPart>, String> {
    let page = get(client, &target(place, &format!("?uploadId={id}")))?.text();
    let entries = page.split("<Part>").skip(1);
    let part = |e: &str| {
        Ok((number(e, "PartNumber")?, (must(e, "ETag")?.replace("&quot;", "\""), number(e, "Size")?)))
    };
    entries.map(part).collect()
}

impl Seen {
    /// What of it lies under a writer's keys.
    pub fn of(&self, writer: u64) -> Seen {
        let prefix = format!("w{writer}/");
        let own = |place: &Place| place.key.starts_with(&prefix);
        let keys = self.keys.iter().filter(|(place, _)| own(place));
        let uploads = self.uploads.iter().filter(|(_, (place, _))| own(place));
        Seen {
            keys: keys.map(|(p, v)| (p.clone(), v.clone())).collect(),
            uploads: uploads.map(|(id, u)| (id.clone(), u.clone())).collect(),
        }
    }

    /// The holdings with what wasn't told filled in, if they are what is seen.
    ///
    /// Errors: where they differ.
    pub fn fits(&self, holdings: &Holdings) -> Result<Holdings, String> {
        let mut filled = Holdings::default();
        for (place, held) in &holdings.keys {
            let listed = self.keys.get(place).map_or(&[][..], Vec::as_slice);
            if listed.len() != held.len() {
                return Err(format!("{place:?} has {listed:?} rather than {held:?}"));
            }
            let [mut whole, mut markers] =
                [false, true].map(|markers| listed.iter().filter(move |l| l.is_marker == markers));
            let mut next =
                |held: &Version| if held.content.is_some() { whole.next() } else { markers.next() };
            let one = |(i, h): (usize, &Version)| next(h)?.fits(h, i == 0);
            let versions: Option<Vec<Version>> = held.iter().enumerate().map(one).collect();
            let versions =
                versions.ok_or_else(|| format!("{place:?} has {listed:?} rather than {held:?}"))?;
            filled.keys.insert(place.clone(), versions);
        }
        if let Some(place) = self.keys.keys().find(|p| !holdings.keys.contains_key(p)) {
            return Err(format!("{place:?} has {:?} and should have nothing", self.keys[place]));
        }
        for (id, (place, parts)) in &self.uploads {
            let held = holdings.uploads.get(id).or_else(|| holdings.uploads.get(UNTOLD));
            let held = held.ok_or_else(|| format!("upload {id} of {place:?} should not be there"))?;
            let fitting = fitting_parts(held, parts).filter(|_| held.place == *place);
            let parts =
                fitting.ok_or_else(|| format!("upload {id} has {parts:?} rather than {:?}", held.parts))?;
            filled.uploads.insert(id.clone(), Upload { place: place.clone(), parts });
        }
        match filled.uploads.len() == holdings.uploads.len() {
            true => Ok(filled),
            false => Err(format!("of the uploads {:?} not all are there", holdings.uploads.keys())),
        }
    }
}

impl Listed {
    /// The version with its id, if this is how it is listed.
    fn fits(&self, held: &Version, is_latest: bool) -> Option<Version> {
        let size = held.content.iter().flatten().map(|c| c.len()).sum::<usize>();
        let same = self.is_latest == is_latest && self.size == size;
        let known = held.id.as_ref().is_none_or(|id| *id == self.id);
        (same && known).then(|| Version { id: Some(self.id.clone()), content: held.content.clone() })
    }
}

fn fitting_parts(held: &Upload, listed: &BTreeMap<u32, ListedPart>) -> Option<Parts> {
    let one = |(n, (content, etag)): (&u32, &(Content, Option<String>))| {
        let (listed_etag, size) = listed.get(n)?;
        let same = content.len() == *size && etag.as_ref().is_none_or(|e| e == listed_etag);
        same.then(|| (*n, (*content, Some(listed_etag.clone()))))
    };
    let parts = held.parts.iter().map(one).collect::<Option<_>>();
    parts.filter(|_| held.parts.len() == listed.len())
}
