//! Reading XML bodies of REST-XML: a small tree (`tree.rs`) and a reader of records over it (`read.rs`); text as XML has it
//! (`escape.rs`). Writing is `xml_writer.rs`'s.

mod escape;
pub(crate) mod read;
mod tree;

pub(crate) use escape::escape;
pub(crate) use read::XmlReader;
pub(crate) use tree::Tree;
