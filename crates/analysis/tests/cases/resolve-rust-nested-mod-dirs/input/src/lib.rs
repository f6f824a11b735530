pub mod outer {
    pub mod inner;
}
pub mod old;
use outer::inner::f;
pub fn g() { f(); old::h() }
