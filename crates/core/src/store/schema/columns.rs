//! How our types are stored in columns.

use std::io::Write as _;

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, Utc};
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::{Sqlite, SqliteValue};

use crate::ScanStatus;
use crate::store::schema::ScanStatusColumn;

impl ToSql<ScanStatusColumn, Pg> for ScanStatus {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.column().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<ScanStatusColumn, Pg> for ScanStatus {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        parse(std::str::from_utf8(value.as_bytes())?)
    }
}

impl ToSql<ScanStatusColumn, Sqlite> for ScanStatus {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.column());
        Ok(IsNull::No)
    }
}

impl FromSql<ScanStatusColumn, Sqlite> for ScanStatus {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<diesel::sql_types::Text, Sqlite>>::from_sql(value)?;
        parse(&text)
    }
}

fn parse(text: &str) -> deserialize::Result<ScanStatus> {
    ScanStatus::from_column(text).ok_or_else(|| format!("`{text}` is no status of a scan").into())
}

/// A time as the columns keep it: UTC without a zone, whole milliseconds on both databases, so that a comparison gives the
/// same on both.
pub(in crate::store) fn column_time(time: DateTime<Utc>) -> NaiveDateTime {
    time.trunc_subsecs(3).naive_utc()
}
