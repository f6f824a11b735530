//! The network: which addresses are public, and below, connections and what is common to clients.
//!
//! Source of the ranges: the IANA registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890 and its updates).

#[cfg(any(feature = "queue", feature = "store"))]
pub mod backoff;
pub mod bearer;
#[cfg(feature = "tls")]
pub mod tls;
#[cfg(feature = "vetted-host")]
pub mod vetted_host;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether connections to this address are allowed when a caller or a repository chose it.
///
/// Private, loopback, link-local (with the clouds' metadata services), shared (CGNAT), multicast, documentation,
/// benchmarking and reserved ranges are not, nor is an IPv6 address that carries such an IPv4 one.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    const REFUSED: [(Ipv4Addr, u32); 16] = [
        (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
        (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
        (Ipv4Addr::new(100, 64, 0, 0), 10),    // shared, CGNAT
        (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
        (Ipv4Addr::new(168, 63, 129, 16), 32), // a cloud's metadata, though the range is public
        (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, metadata
        (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
        (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
        (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
        (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relay, deprecated
        (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
        (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarking
        (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
        (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
        (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
        (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
    ];
    let bits = u32::from(address);
    !REFUSED.iter().any(|(network, length)| {
        let mask = u32::MAX << (32 - length);
        bits & mask == u32::from(*network)
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = embedded_v4(address) {
        return is_public_v4(v4);
    }
    let [first, second, third, ..] = address.segments();
    // Only 2000::/3 of the whole space is assigned for global use; inside it, these are not global.
    let global_unicast = first & 0xe000 == 0x2000;
    let protocol_assignments = first == 0x2001 && second < 0x0200; // 2001::/23, with Teredo and ORCHID
    let documentation = (first == 0x2001 && second == 0x0db8) || (first == 0x3fff && second < 0x1000);
    let drone_or_as112 = first == 0x2620 && second == 0x004f && third == 0x8000;
    global_unicast && !protocol_assignments && !documentation && !drone_or_as112
}

/// The IPv4 address embedded in an IPv6 one: mapped, NAT64 (well-known), 6to4. The other forms (compatible, translated,
/// and a network's own NAT64 prefix 64:ff9b:1::/48, where the position of the address varies) are always refused.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        // ::ffff:0:0/96
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(from(high, low)),
        // 64:ff9b::/96, RFC 6052
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        // 2002::/16
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "::8.8.8.8",
            "::ffff:0:808:808",
            "64:ff9b:1::7f00:1",
            "64:ff9b:1::808:808",
            "64:ff9b:1:7f00:0:100:808:808",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12:3456::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2001:10::1",
            "2001:20::1",
            "3fff::1",
            "100::1",
            "5f00::1",
            "4000::1",
        ] {
            let address: IpAddr = text.parse().expect(text);
            assert!(!is_public(address), "{text}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "140.82.121.4",
            "168.63.129.15",
            "168.63.129.17",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:140.82.121.4",
            "64:ff9b::8c52:7904",
        ] {
            let address: IpAddr = text.parse().expect(text);
            assert!(is_public(address), "{text}");
        }
    }
}
