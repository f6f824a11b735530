fn floor(a: f32) -> f32 {
    a
}

macro_rules! call {
    ($($name:ident)*) => { $( pub fn raw() { super::calls::$name(1.0); } )* };
}

other::each_builtin!(call);
