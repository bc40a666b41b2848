//! Reading XML bodies of REST-XML: a small tree (`tree.rs`) and a reader of records over it (`read.rs`). Writing is
//! `xml_writer.rs`'s.

pub(crate) mod read;
mod tree;

pub(crate) use read::XmlReader;
pub(crate) use tree::Tree;
