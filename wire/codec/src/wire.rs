//! [`Wire`] for the field types of generated records: scalars, lists, maps and boxes. Records implement it themselves
//! (`r.record(self)`, `w.record(self)`). Knows no protocol.

use std::collections::BTreeMap;

use crate::record::{Blob, Document, R, Reader, Timestamp, Wire, WireError, Writer};

impl Wire for String {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.string()?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.string(self)
    }
}

impl Wire for bool {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.boolean()?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.boolean(*self)
    }
}

impl Wire for i32 {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        let wide = r.integer()?;
        *self = i32::try_from(wide)
            .map_err(|_| WireError(format!("{wide} can not be converted to an Integer")))?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.integer(i64::from(*self))
    }
}

impl Wire for i64 {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.integer()?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.integer(*self)
    }
}

impl Wire for f32 {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.double()? as f32;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.double(f64::from(*self))
    }
}

impl Wire for f64 {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.double()?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.double(*self)
    }
}

impl Wire for Blob {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.blob()?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.blob(&self.0)
    }
}

impl Wire for Timestamp {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.timestamp()?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.timestamp(*self)
    }
}

impl Wire for Document {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        *self = r.document()?;
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.document(self)
    }
}

impl<T: Wire + Default> Wire for Vec<T> {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        self.clear();
        r.list(&mut |r| {
            let mut item = T::default();
            item.read(r)?;
            self.push(item);
            Ok(())
        })
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.list(self.len(), &mut |i, w| self[i].write(w))
    }
}

impl<T: Wire + Default> Wire for BTreeMap<String, T> {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        self.clear();
        r.map(&mut |key, r| {
            let mut value = T::default();
            value.read(r)?;
            self.insert(key, value);
            Ok(())
        })
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        let entries: Vec<(&String, &T)> = self.iter().collect();
        w.map(entries.len(), &mut |i| entries[i].0.clone(), &mut |i, w| entries[i].1.write(w))
    }
}

impl<T: Wire + ?Sized> Wire for Box<T> {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        (**self).read(r)
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        (**self).write(w)
    }
    fn absent(&self) -> bool {
        (**self).absent()
    }
}
