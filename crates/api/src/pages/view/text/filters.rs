//! The functions of [`super`] as filters of templates.

use askama::{Result, Values};
use chrono::{DateTime, Utc};

use super::Html;

/// A number of a template, which has references to numbers of many types.
pub trait Figure {
    fn figure(&self) -> u64;
}

macro_rules! figures {
    ($($number:ty),*) => {
        $(impl Figure for $number {
            fn figure(&self) -> u64 {
                u64::try_from(*self).unwrap_or_default()
            }
        })*
    };
}

figures!(u16, u32, i32, i64, usize);

impl Figure for u64 {
    fn figure(&self) -> u64 {
        *self
    }
}

impl<T: Figure + ?Sized> Figure for &T {
    fn figure(&self) -> u64 {
        (**self).figure()
    }
}

/// A value of a template, which has references to what is cheap to copy.
pub trait Plain<T> {
    fn plain(&self) -> T;
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Plain<$type> for $type {
            fn plain(&self) -> $type {
                *self
            }
        })*
    };
}

plain!(bool, f64, DateTime<Utc>);

impl<T, U: Plain<T> + ?Sized> Plain<T> for &U {
    fn plain(&self) -> T {
        (**self).plain()
    }
}

#[askama::filter_fn]
pub fn name(text: impl AsRef<str>, _: &dyn Values) -> Result<Html> {
    Ok(super::name(text.as_ref()))
}

#[askama::filter_fn]
pub fn words(text: impl AsRef<str>, _: &dyn Values) -> Result<Html> {
    Ok(super::words(text.as_ref()))
}

#[askama::filter_fn]
pub fn path(text: impl AsRef<str>, _: &dyn Values) -> Result<Html> {
    Ok(super::path(text.as_ref()))
}

#[askama::filter_fn]
pub fn prose(text: impl AsRef<str>, _: &dyn Values) -> Result<Html> {
    Ok(super::prose(text.as_ref()))
}

#[askama::filter_fn]
pub fn paragraphs(text: impl AsRef<str>, _: &dyn Values) -> Result<Html> {
    Ok(super::paragraphs(text.as_ref()))
}

/// A value of an address's query.
#[askama::filter_fn]
pub fn query(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(super::in_query(text.as_ref()))
}

/// For attributes and options, where no element can be.
#[askama::filter_fn]
pub fn one_line(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(super::one_line(text.as_ref()))
}

#[askama::filter_fn]
pub fn commit(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(crate::export::text::short_commit(text.as_ref()))
}

#[askama::filter_fn]
pub fn language(text: impl AsRef<str>, _: &dyn Values) -> Result<Html> {
    Ok(super::name(&super::language(text.as_ref())))
}

/// The day of a time in RFC 3339.
#[askama::filter_fn]
pub fn day(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(super::day_of(text.as_ref()))
}

#[askama::filter_fn]
pub fn n(number: impl Figure, _: &dyn Values) -> Result<String> {
    Ok(super::number(number.figure()))
}

#[askama::filter_fn]
pub fn count(number: impl Figure, _: &dyn Values, one: &str) -> Result<String> {
    Ok(super::count(number.figure(), one))
}

#[askama::filter_fn]
pub fn counted(number: impl Figure, _: &dyn Values, one: &str, many: &str) -> Result<String> {
    Ok(super::counted(number.figure(), one, many))
}

#[askama::filter_fn]
pub fn duration(ms: impl Figure, _: &dyn Values) -> Result<String> {
    Ok(super::duration(ms.figure()))
}

#[askama::filter_fn]
pub fn decimal(number: impl Plain<f64>, _: &dyn Values) -> Result<String> {
    Ok(super::decimal(number.plain()))
}

#[askama::filter_fn]
pub fn decimal_2(number: impl Plain<f64>, _: &dyn Values) -> Result<String> {
    Ok(super::decimal_2(number.plain()))
}

#[askama::filter_fn]
pub fn percent(share: impl Plain<f64>, _: &dyn Values) -> Result<String> {
    Ok(super::percent(share.plain()))
}

#[askama::filter_fn]
pub fn moment(time: impl Plain<DateTime<Utc>>, _: &dyn Values) -> Result<Html> {
    Ok(super::moment(&time.plain()))
}
