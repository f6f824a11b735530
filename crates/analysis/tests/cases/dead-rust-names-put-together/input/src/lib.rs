fn write_u8(bytes: &mut Vec<u8>, value: u8) {
    bytes.push(value);
}

fn write_f32(bytes: &mut Vec<u8>, value: f32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

pub trait Argument {
    fn encode(self, bytes: &mut Vec<u8>);
}

macro_rules! arguments {
    ($( $t: ty )*) => {
        $(
        impl Argument for $t {
            fn encode(self, bytes: &mut Vec<u8>) {
                paste::paste! {
                    [<write_ $t>](bytes, self);
                }
            }
        }
        )*
    };
}

arguments!(u8 f32);
