//! Keys that are published with widely used programs, and that many projects copied into theirs.

use sha2::{Digest as _, Sha256};

/// The first eight bytes of the SHA-256 of [`FIRST`] characters of a key's base 64.
const SUMS: &[u64] = &[
    // OpenSSL, an older `server.pem`.
    0x5934_e263_0176_072f,
    // OpenSSL, `apps/ca-key.pem`.
    0x9e9f_eb3f_9452_9b38,
    // OpenSSL, `apps/client.pem`.
    0xe5b7_dce4_1e30_58d2,
    // OpenSSL, `apps/dsa-ca.pem`.
    0x62bc_d8cd_71a6_8399,
    // OpenSSL, `apps/dsa-pca.pem`.
    0x4ae9_2193_5710_c49b,
    // OpenSSL, `apps/pca-key.pem`.
    0x572e_c7af_b0b5_3bde,
    // OpenSSL, `apps/privkey.pem`.
    0x8dc4_e0e5_0abe_cd8c,
    // OpenSSL, `apps/rsa8192.pem`.
    0xae29_f713_6adf_d49c,
    // OpenSSL, `apps/s1024key.pem`.
    0xce17_e3e8_2939_878f,
    // OpenSSL, `apps/s512-key.pem`.
    0x644a_d5a9_7270_53a6,
    // OpenSSL, `apps/server.pem`.
    0x2681_b945_87f2_3f10,
    // OpenSSL, `apps/server2.pem`.
    0xa19a_f431_ef0b_60bc,
    // OpenSSL, `demos/bio/server-ec.pem`.
    0x8f75_6b09_3f40_da8b,
    // OpenSSL, `demos/certs/apps/intkey.pem`.
    0x4084_389d_5a52_ef27,
    // OpenSSL, `demos/certs/apps/rootkey.pem`.
    0x5c30_23df_0fb3_f4cb,
    // OpenSSL, `demos/certs/apps/skey.pem`.
    0x9c9e_5d4c_f148_1500,
    // OpenSSL, `demos/cms/cakey.pem`.
    0xbbe0_d465_ecd8_f816,
    // OpenSSL, `demos/cms/signer.pem`.
    0xa091_bda8_d13d_65b8,
    // OpenSSL, `demos/cms/signer2.pem`.
    0x242e_eb12_2af1_9bfb,
    // Vagrant, `keys/vagrant`.
    0xe5d3_7f5d_7258_f5bc,
    // the example of jwt.io.
    0x5e32_4500_7f74_3934,
];

const FIRST: usize = 100;

/// Whether a key, by its base 64 without breaks, is one of them.
pub(super) fn has(body: &str) -> bool {
    let first = body.get(..FIRST).unwrap_or(body);
    let sum = Sha256::digest(first.as_bytes());
    let sum = sum[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    SUMS.contains(&sum)
}
