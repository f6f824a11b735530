//! Which proxies are trusted to report the client's address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use repolens_settings::SettingsReader;

const EXPECTED: &str = "expected `none`, networks such as `10.0.0.0/8` and the names `loopback`, `private`, `cloudflare` separated by commas, or a number of proxies, 0 to 10";

/// More proxies than this in a row are a mistake.
const MAX_COUNT: usize = 10;

/// The value of `TRUSTED_PROXIES`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TrustedProxies {
    /// The client is the peer; no header is read.
    #[default]
    None,
    /// Every peer is the last of this many proxies.
    Count(usize),
    /// Peers in these networks are proxies.
    Networks(Vec<Trusted>),
}

/// One entry of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trusted {
    Loopback,
    Private,
    Cloudflare,
    Network(Network),
}

/// A range of addresses that share their first `length` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// With the other bits cleared.
    address: IpAddr,
    length: u8,
}

impl TrustedProxies {
    /// # Errors
    /// The first entry that cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self::None);
        }
        if let Ok(count) = text.parse::<usize>() {
            return match count {
                0 => Ok(Self::None),
                1..=MAX_COUNT => Ok(Self::Count(count)),
                _ => Err(text.to_owned()),
            };
        }
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let list: Vec<Trusted> = entries
            .map(|entry| Trusted::parse(entry).ok_or_else(|| entry.to_owned()))
            .collect::<Result<_, _>>()?;
        if list.is_empty() {
            return Err(text.to_owned());
        }
        Ok(Self::Networks(list))
    }

    /// Whether the forwarding headers of this peer are trusted.
    #[must_use]
    pub fn trusts_peer(&self, peer: IpAddr) -> bool {
        match self {
            Self::None => false,
            Self::Count(_) => true,
            Self::Networks(_) => self.contains(peer),
        }
    }

    /// Whether this is the address of a trusted proxy. Always `false` for a count, which names no addresses.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match self {
            Self::None | Self::Count(_) => false,
            Self::Networks(list) => list.iter().any(|trusted| trusted.contains(address)),
        }
    }

    /// The effect of the setting, as a sentence for operators.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::None => "a client is the address that connects; `X-Forwarded-For` is not read".to_owned(),
            Self::Count(1) => "a client is the right-most address of `X-Forwarded-For`, from any peer".to_owned(),
            Self::Count(count) => {
                format!("a client is the address at place {count} from the right of `X-Forwarded-For`, from any peer")
            }
            Self::Networks(_) => format!(
                "a client is the right-most address of `X-Forwarded-For` that is not in `{self}`; where all of them are, `CF-Connecting-IP` if the last is Cloudflare's, else the left-most; the header of any other peer is not read"
            ),
        }
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Networks(list) => {
                for (index, trusted) in list.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{trusted}")?;
                }
                Ok(())
            }
        }
    }
}

impl Trusted {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "loopback" => Some(Self::Loopback),
            "private" => Some(Self::Private),
            "cloudflare" => Some(Self::Cloudflare),
            _ => Network::parse(text).map(Self::Network),
        }
    }

    fn contains(self, address: IpAddr) -> bool {
        match self {
            Self::Loopback => address.is_loopback(),
            Self::Private => PRIVATE.iter().any(|network| network.contains(address)),
            Self::Cloudflare => is_cloudflare(address),
            Self::Network(network) => network.contains(address),
        }
    }
}

impl fmt::Display for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("loopback"),
            Self::Private => f.write_str("private"),
            Self::Cloudflare => f.write_str("cloudflare"),
            Self::Network(network) => write!(f, "{}/{}", network.address, network.length),
        }
    }
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or one address. Bits beyond the length are ignored, as other programs do.
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                length.parse().ok().filter(|length| *length <= most)?
            }
            Some(_) => return None,
            None => most,
        };
        // A mapped address is an IPv4 one in all comparisons.
        match address {
            IpAddr::V6(v6) if length >= 96 && v6.to_ipv4_mapped().is_some() => {
                Some(Self::new(address.to_canonical(), length - 96))
            }
            address => Some(Self::new(address, length)),
        }
    }

    fn new(address: IpAddr, length: u8) -> Self {
        let address = match address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from(u32::from(v4) & mask_v4(length))),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & mask_v6(length))),
        };
        Self { address, length }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => u32::from(own) == u32::from(other) & mask_v4(self.length),
            (IpAddr::V6(own), IpAddr::V6(other)) => u128::from(own) == u128::from(other) & mask_v6(self.length),
            _ => false,
        }
    }
}

fn mask_v4(length: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0)
}

fn mask_v6(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Network {
    Network {
        address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        length,
    }
}

const fn v6(first: u16, second: u16, length: u8) -> Network {
    Network {
        address: IpAddr::V6(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0)),
        length,
    }
}

/// RFC 1918, the shared addresses of RFC 6598 that hosts use inside, link-local and unique local addresses.
const PRIVATE: [Network; 7] = [
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    v4(100, 64, 0, 0, 10),
    v4(169, 254, 0, 0, 16),
    v6(0xfc00, 0, 7),
    v6(0xfe80, 0, 10),
];

/// As published at <https://www.cloudflare.com/ips/>, which changes every few years.
const CLOUDFLARE: [Network; 22] = [
    v4(173, 245, 48, 0, 20),
    v4(103, 21, 244, 0, 22),
    v4(103, 22, 200, 0, 22),
    v4(103, 31, 4, 0, 22),
    v4(141, 101, 64, 0, 18),
    v4(108, 162, 192, 0, 18),
    v4(190, 93, 240, 0, 20),
    v4(188, 114, 96, 0, 20),
    v4(197, 234, 240, 0, 22),
    v4(198, 41, 128, 0, 17),
    v4(162, 158, 0, 0, 15),
    v4(104, 16, 0, 0, 13),
    v4(104, 24, 0, 0, 14),
    v4(172, 64, 0, 0, 13),
    v4(131, 0, 72, 0, 22),
    v6(0x2400, 0xcb00, 32),
    v6(0x2606, 0x4700, 32),
    v6(0x2803, 0xf800, 32),
    v6(0x2405, 0xb500, 32),
    v6(0x2405, 0x8100, 32),
    v6(0x2a06, 0x98c0, 29),
    v6(0x2c0f, 0xf248, 32),
];

/// Whether this is one of the addresses that Cloudflare connects from.
#[must_use]
pub fn is_cloudflare(address: IpAddr) -> bool {
    CLOUDFLARE.iter().any(|network| network.contains(address))
}

pub(super) fn read(reader: &mut SettingsReader) -> TrustedProxies {
    const NAME: &str = "TRUSTED_PROXIES";
    let Some(text) = reader.get(NAME).map(str::to_owned) else {
        return TrustedProxies::None;
    };
    let proxies = match TrustedProxies::parse(&text) {
        Ok(proxies) => proxies,
        Err(entry) => {
            reader.error(NAME, format!("cannot read `{}`: {EXPECTED}", entry.escape_debug()));
            return TrustedProxies::None;
        }
    };
    let all_addresses = |trusted: &Trusted| matches!(trusted, Trusted::Network(network) if network.length == 0);
    if matches!(&proxies, TrustedProxies::Networks(list) if list.iter().any(all_addresses)) {
        reader.warn(
            NAME,
            "has a network of all addresses: any client can choose the address that its requests are counted by",
        );
    }
    proxies
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn lists_names_and_counts() {
        for (text, shown) in [
            ("none", "none"),
            ("NONE", "none"),
            ("0", "none"),
            ("1", "1"),
            ("10", "10"),
            ("private,cloudflare", "private, cloudflare"),
            (" Loopback , 10.1.2.3/8,,", "loopback, 10.0.0.0/8"),
            ("203.0.113.7", "203.0.113.7/32"),
            ("2001:DB8::1/32", "2001:db8::/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            let parsed = TrustedProxies::parse(text).expect(text);
            assert_eq!(parsed.to_string(), shown, "{text}");
            assert_eq!(TrustedProxies::parse(shown).expect(shown), parsed);
        }
        for (text, wrong) in [
            ("11", "11"),
            ("-1", "-1"),
            ("1,private", "1"),
            ("private, nginx", "nginx"),
            ("10.0.0.0/33", "10.0.0.0/33"),
            ("10.0.0.0/+8", "10.0.0.0/+8"),
            ("10.0.0/8", "10.0.0/8"),
            ("::1/129", "::1/129"),
            ("true", "true"),
            ("*", "*"),
            (",", ","),
        ] {
            assert_eq!(TrustedProxies::parse(text), Err(wrong.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_the_names_contain() {
        let contains = |list: &str, of: &str| TrustedProxies::parse(list).expect(list).contains(address(of));
        for (list, inside, outside) in [
            ("loopback", "127.9.9.9", "10.0.0.1"),
            ("loopback", "::1", "::2"),
            ("private", "10.255.255.255", "11.0.0.0"),
            ("private", "172.31.255.255", "172.32.0.0"),
            ("private", "192.168.0.1", "192.169.0.1"),
            ("private", "100.127.255.255", "100.128.0.0"),
            ("private", "fdff::1", "fe00::1"),
            ("private", "fe80::1", "fec0::1"),
            ("private", "169.254.1.1", "127.0.0.1"),
            ("cloudflare", "172.71.255.255", "172.72.0.0"),
            ("cloudflare", "104.27.255.255", "104.28.0.0"),
            ("cloudflare", "2a06:98c7::1", "2a06:98c8::1"),
            ("cloudflare", "131.0.75.255", "131.0.76.0"),
            ("203.0.113.0/25", "203.0.113.127", "203.0.113.128"),
            ("2001:db8::/127", "2001:db8::1", "2001:db8::2"),
            ("0.0.0.0/0", "8.8.8.8", "::1"),
        ] {
            assert!(contains(list, inside), "{list}: {inside}");
            assert!(!contains(list, outside), "{list}: {outside}");
        }
    }
}
