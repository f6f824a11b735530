mod part;
pub use part::h;
