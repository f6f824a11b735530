use crate::one::A;
pub struct B(A);
