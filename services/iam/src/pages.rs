//! IAM's pagination: `Marker`, `MaxItems` (100 unless told), `IsTruncated`. Lists are in order of name.

use codec::Fault;
use directory::EntityKey;
use kernel::Cx;
use store::{Scan, Table};

use crate::err;
use crate::state::{home, key};

const DEFAULT_MAX_ITEMS: i32 = 100;

/// How a call asks for a page.
pub(crate) struct Asked<'a> {
    operation: &'static str,
    filters: Vec<&'a str>,
    max_items: usize,
    after: Option<String>,
}

/// A page as the answers show it.
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Whether there are more.
    pub(crate) is_truncated: Option<bool>,
    /// Where they begin.
    pub(crate) marker: Option<String>,
}

/// Reads what a call asks for. `filters` are its other inputs.
///
/// Errors: ValidationError: the marker is none of this list's.
pub(crate) fn asked<'a>(
    cx: &Cx,
    operation: &'static str,
    filters: &[&'a str],
    marker: &Option<String>,
    max_items: Option<i32>,
) -> Result<Asked<'a>, Fault> {
    let after = cx
        .page_start(operation, filters, marker.as_deref())
        .map_err(|_| err::validation("Invalid Marker."))?;
    let max_items = usize::try_from(max_items.unwrap_or(DEFAULT_MAX_ITEMS)).unwrap_or(1);
    Ok(Asked { operation, filters: filters.to_vec(), max_items, after })
}

impl Asked<'_> {
    /// The key after which the page begins.
    pub(crate) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Cuts the page out of items that begin after [`Asked::after`], in order of `key`.
    pub(crate) fn cut<T>(
        &self,
        cx: &Cx,
        items: impl Iterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> Page<T> {
        let page = cx.page(self.operation, &self.filters, self.max_items, items, key);
        Page { is_truncated: Some(page.next.is_some()), items: page.items, marker: page.next }
    }

    /// Cuts the page out of a whole list, which is put into order of `key` first.
    pub(crate) fn cut_all<T>(&self, cx: &Cx, mut items: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        items.sort_by_cached_key(&key);
        items.retain(|i| self.after().is_none_or(|after| key(i).as_str() > after));
        self.cut(cx, items.into_iter(), key)
    }

    /// The rows of the account's entities from the page's beginning on.
    pub(crate) fn rows<T>(&self, cx: &Cx) -> Result<impl Iterator<Item = (EntityKey, T::Row)>, Fault>
    where
        T: Table<Key = EntityKey>,
    {
        let range = Scan::<T>::prefix(&home(cx));
        cx.scan(match self.after() {
            Some(name) => range.after(&key(cx, name)),
            None => range,
        })
    }
}

impl<T> Page<T> {
    /// The items in another form.
    pub(crate) fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            is_truncated: self.is_truncated,
            marker: self.marker,
        }
    }
}
