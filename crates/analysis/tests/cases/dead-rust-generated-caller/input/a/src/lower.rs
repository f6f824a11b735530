pub struct Context;

impl Context {
    fn convert(&self) {}
}
