pub mod body;
pub mod dispatch;
