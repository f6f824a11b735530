use crate::two::B;
pub struct A(B);
