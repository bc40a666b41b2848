//! `DryRun`, for every operation that has it: an authorized, well-formed call with it set changes nothing and answers
//! `DryRunOperation`. Source: EC2 API reference, "Common query parameters"; status 412 as seen at AWS.

use codec::{Document, Fault, R, Record, Timestamp, Wire, WireError, Writer};
use kernel::Operation;
use model::Shape;

/// Gives an operation its dry run, if its model has one.
pub(crate) fn with(operation: Operation) -> Operation {
    let Some(index) = member(operation.name) else { return operation };
    operation.checked(move |input| match asked(input, index) {
        true => {
            Err(Fault::new("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set."))
        }
        false => Ok(()),
    })
}

fn member(operation: &str) -> Option<u16> {
    let model = model::service(shapes_ec2::SERVICE)?;
    let input = model.shape(model.operation(operation)?.input?);
    let (index, _) = input.member("DryRun")?;
    Some(index)
}

fn asked(input: &dyn Record, index: u16) -> bool {
    let mut look = Look { index, found: false };
    // It writes nothing, so that it can't fail.
    let _ = input.write_members(&mut look);
    look.found
}

/// A writer that keeps one boolean member and passes over all else.
struct Look {
    index: u16,
    found: bool,
}

impl Writer for Look {
    fn shape(&self) -> &'static Shape {
        unreachable!("records don't ask for it")
    }
    fn member(&mut self, index: u16, value: &dyn Wire) -> R {
        if index == self.index && !value.absent() { value.write(self) } else { Ok(()) }
    }
    fn boolean(&mut self, v: bool) -> R {
        self.found = v;
        Ok(())
    }
    fn record(&mut self, _: &dyn Record) -> R {
        Ok(())
    }
    fn list(&mut self, _: usize, _: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R {
        Ok(())
    }
    fn map(
        &mut self,
        _: usize,
        _: &mut dyn FnMut(usize) -> String,
        _: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R {
        Ok(())
    }
    fn null(&mut self) -> R {
        Ok(())
    }
    fn string(&mut self, _: &str) -> R {
        Err(WireError("DryRun is a boolean".to_owned()))
    }
    fn integer(&mut self, _: i64) -> R {
        Ok(())
    }
    fn double(&mut self, _: f64) -> R {
        Ok(())
    }
    fn blob(&mut self, _: &[u8]) -> R {
        Ok(())
    }
    fn timestamp(&mut self, _: Timestamp) -> R {
        Ok(())
    }
    fn document(&mut self, _: &Document) -> R {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_found_wherever_it_stands() {
        let index = member("CreateVpc").expect("it has one");
        let with = |dry_run| shapes_ec2::CreateVpcRequest { dry_run, ..Default::default() };
        assert!(asked(&with(Some(true)), index));
        assert!(!asked(&with(Some(false)), index) && !asked(&with(None), index));
        assert_eq!(member("ModifyVpcAttribute"), None);
    }
}
