//! Reads a section of a report that another version wrote, as far as it can be read.
//!
//! Members that are missing, `null` or of another type are no fault: a number may be written as text, a text as a number, a
//! list in place of its length. What cannot be read is empty, a whole number 0, another number NaN, and its place is
//! returned, so that nothing is shown as measured that was not.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};

/// The section, and the places of what is not there, such as `statistics.calls`; in lists and maps without a number or name,
/// as `cycles[].length`. `None`: it is no object, or cannot be read at all.
pub fn read<T: DeserializeOwned>(value: &Value) -> Option<(T, BTreeSet<String>)> {
    value.as_object()?;
    let missing = RefCell::default();
    let read = T::deserialize(Lenient {
        value: Some(value),
        place: String::new(),
        missing: &missing,
    });
    Some((read.ok()?, missing.into_inner()))
}

#[derive(Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(text.to_string())
    }
}

/// One value, which may be missing.
struct Lenient<'a> {
    value: Option<&'a Value>,
    place: String,
    missing: &'a RefCell<BTreeSet<String>>,
}

impl<'a> Lenient<'a> {
    fn is_missing(&self) {
        self.missing.borrow_mut().insert(self.place.clone());
    }

    fn member(&self, name: &str, value: Option<&'a Value>) -> Self {
        let place = match self.place.as_str() {
            "" => name.to_owned(),
            place => format!("{place}.{name}"),
        };
        Self {
            value,
            place,
            missing: self.missing,
        }
    }

    fn element(&self, value: &'a Value) -> Self {
        Self {
            value: Some(value),
            place: format!("{}[]", self.place),
            missing: self.missing,
        }
    }

    fn number(&self) -> Option<f64> {
        match self.value? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::Array(list) => Some(list.len() as f64),
            Value::Object(map) => Some(map.len() as f64),
            Value::Null => None,
        }
        .filter(|number| number.is_finite())
    }

    /// The nearest whole number.
    fn whole(&self) -> u64 {
        match self
            .value
            .and_then(Value::as_u64)
            .map(|whole| whole as f64)
            .or_else(|| self.number())
        {
            // Saturates: a negative number is 0.
            Some(number) => number.round() as u64,
            None => {
                self.is_missing();
                0
            }
        }
    }

    fn text(&self) -> String {
        match self.value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => {
                self.is_missing();
                String::new()
            }
        }
    }

    fn list(&self) -> &'a [Value] {
        match self.value {
            Some(Value::Array(list)) => list,
            _ => {
                self.is_missing();
                &[]
            }
        }
    }

    fn object(&self) -> Option<&'a Map<String, Value>> {
        let object = self.value.and_then(Value::as_object);
        if object.is_none() {
            self.is_missing();
        }
        object
    }
}

macro_rules! whole_numbers {
    ($($method:ident: $visit:ident as $type:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(<$type>::try_from(self.whole()).unwrap_or(<$type>::MAX))
        }
    )*};
}

impl<'de> Deserializer<'de> for Lenient<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            None | Some(Value::Null) => visitor.visit_unit(),
            Some(Value::Bool(flag)) => visitor.visit_bool(*flag),
            Some(Value::Number(number)) => match number.as_u64() {
                Some(whole) => visitor.visit_u64(whole),
                None => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Some(Value::String(text)) => visitor.visit_str(text),
            Some(Value::Array(_)) => self.deserialize_seq(visitor),
            Some(Value::Object(_)) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let flag = match self.value {
            Some(Value::Bool(flag)) => Some(*flag),
            Some(Value::String(text)) => Some(text.eq_ignore_ascii_case("true")),
            _ => self.number().map(|number| number != 0.0),
        };
        if flag.is_none() {
            self.is_missing();
        }
        visitor.visit_bool(flag.unwrap_or_default())
    }

    whole_numbers!(
        deserialize_u8: visit_u8 as u8, deserialize_u16: visit_u16 as u16, deserialize_u32: visit_u32 as u32,
        deserialize_u64: visit_u64 as u64, deserialize_i8: visit_i8 as i8, deserialize_i16: visit_i16 as i16,
        deserialize_i32: visit_i32 as i32, deserialize_i64: visit_i64 as i64
    );

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let number = self.number();
        if number.is_none() {
            self.is_missing();
        }
        visitor.visit_f64(number.unwrap_or(f64::NAN))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.text())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            None | Some(Value::Null) => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let list = self.list().iter();
        visitor.visit_seq(List { of: self, list })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let entries = self.object().into_iter().flatten();
        let entries: Vec<_> = entries.map(|(name, value)| (name.as_str(), Some(value))).collect();
        visitor.visit_map(Members {
            of: self,
            is_struct: false,
            entries: entries.into_iter(),
            value: None,
        })
    }

    /// Visits every member of the struct, whatever the value has.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let object = self.object();
        let entries: Vec<_> = fields
            .iter()
            .map(|name| (*name, object.and_then(|object| object.get(*name))))
            .collect();
        visitor.visit_map(Members {
            of: self,
            is_struct: true,
            entries: entries.into_iter(),
            value: None,
        })
    }

    /// A word that is not known is the middle one.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let word = self.value.and_then(Value::as_str).unwrap_or_default();
        let known = variants
            .iter()
            .find(|variant| variant.eq_ignore_ascii_case(word.trim()));
        if known.is_none() {
            self.is_missing();
        }
        match known.or_else(|| variants.get(variants.len() / 2)) {
            Some(variant) => {
                let variant: StrDeserializer<'_, Fault> = variant.into_deserializer();
                visitor.visit_enum(variant)
            }
            None => Err(Fault("an enum without variants".to_owned())),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct identifier }
}

struct List<'a> {
    of: Lenient<'a>,
    list: std::slice::Iter<'a, Value>,
}

impl<'de> SeqAccess<'de> for List<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        match self.list.next() {
            Some(value) => seed.deserialize(self.of.element(value)).map(Some),
            None => Ok(None),
        }
    }
}

struct Members<'a> {
    of: Lenient<'a>,
    is_struct: bool,
    entries: std::vec::IntoIter<(&'a str, Option<&'a Value>)>,
    value: Option<(&'a str, Option<&'a Value>)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((name, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some((name, value));
        let name: StrDeserializer<'_, Fault> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (name, value) = self
            .value
            .take()
            .ok_or_else(|| Fault("no name came before".to_owned()))?;
        let value = match (self.is_struct, value) {
            (false, Some(value)) => self.of.element(value),
            (_, value) => self.of.member(name, value),
        };
        seed.deserialize(value)
    }
}

#[cfg(test)]
mod tests;
