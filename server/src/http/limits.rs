//! How often a client may ask: requests a minute, by account and tier as the card says, and by address for calls without a
//! key.

use std::{collections::BTreeMap, net::IpAddr, num::NonZeroU32, str::FromStr, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use pricetag::{RateCard, Tier};

use super::problem::Problem;
use crate::store::Credential;

/// Requests a minute: `None` is unlimited.
type Rate = Option<NonZeroU32>;

/// Of an address, when the card decides about the tiers.
const OF_AN_ADDRESS: Rate = NonZeroU32::new(600);

/// The setting: `card`, `600`, `unlimited`, `card,enterprise=6000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestsPerMinute {
    /// For every tier that is not named, and for addresses; `None` leaves it to the card.
    default: Option<Rate>,
    tiers: BTreeMap<String, Rate>,
}

impl RequestsPerMinute {
    pub fn unlimited() -> Self {
        Self { default: Some(None), tiers: BTreeMap::new() }
    }

    fn of(&self, tier: &Tier) -> Rate {
        let of_the_card = tier.requests_per_minute.and_then(NonZeroU32::new);
        self.tiers.get(&tier.id).copied().or(self.default).unwrap_or(of_the_card)
    }

    /// The tiers that the setting names, which a card may not have.
    pub fn tiers(&self) -> impl Iterator<Item = &str> {
        self.tiers.keys().map(String::as_str)
    }
}

impl FromStr for RequestsPerMinute {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(',').map(str::trim);
        let default = match parts.next().unwrap_or_default() {
            "card" => None,
            all => Some(rate(all)?),
        };
        let mut tiers = BTreeMap::new();
        for part in parts {
            let (tier, per_minute) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}` is not `tier=N`; what holds for all others comes first"))?;
            if tiers.insert(tier.to_owned(), rate(per_minute)?).is_some() {
                return Err(format!("the tier `{tier}` stands here twice"));
            }
        }
        Ok(Self { default, tiers })
    }
}

fn rate(text: &str) -> Result<Rate, String> {
    if text == "unlimited" {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|_| text.bytes().all(|digit| digit.is_ascii_digit()));
    number
        .map(Some)
        .ok_or_else(|| format!("`{text}` is neither `card`, `unlimited` nor a whole number of requests a minute"))
}

/// The limiters. Each lets a minute's requests through at once, and then one as often as its rate says.
pub struct Limits {
    tiers: BTreeMap<String, Option<DefaultKeyedRateLimiter<String>>>,
    addresses: Option<DefaultKeyedRateLimiter<IpAddr>>,
    clock: DefaultClock,
}

impl Limits {
    pub fn new(setting: &RequestsPerMinute, card: &RateCard) -> Self {
        let of_tier = |tier: &Tier| setting.of(tier).map(|rate| RateLimiter::keyed(Quota::per_minute(rate)));
        let of_address = setting.default.unwrap_or(OF_AN_ADDRESS);
        Self {
            tiers: card.tiers().iter().map(|tier| (tier.id.clone(), of_tier(tier))).collect(),
            addresses: of_address.map(|rate| RateLimiter::keyed(Quota::per_minute(rate))),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request; the problem says after how many seconds the next is let through.
    pub fn admit(&self, credential: Option<&Credential>, peer: IpAddr) -> Result<(), Problem> {
        let refused = match credential {
            Some(credential) => {
                // A tier that the card does not have is told so by what is asked for.
                let limiter = self.tiers.get(&credential.tier).and_then(Option::as_ref);
                limiter.and_then(|limiter| limiter.check_key(&credential.account_id).err())
            }
            None => self.addresses.as_ref().and_then(|limiter| limiter.check_key(&network(peer)).err()),
        };
        let Some(refused) = refused else { return Ok(()) };
        let wait = whole_seconds(refused.wait_time_from(self.clock.now()));
        Err(Problem::too_many_requests(format!("ask again in {wait} s")).after(wait))
    }

    /// Forgets clients that may ask as if they never had. A client that has used up its rate is kept for a minute.
    pub fn forget_idle(&self) {
        for limiter in self.tiers.values().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        if let Some(limiter) = &self.addresses {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Rounded up: an earlier request would be refused again.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// A client has an IPv4 address, or a whole /64 of IPv6 ones.
fn network(peer: IpAddr) -> IpAddr {
    const HOST_BITS: u32 = 64;
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> HOST_BITS << HOST_BITS).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, time::Duration};

    use pricetag::RateCard;

    use super::{Limits, RequestsPerMinute, network, whole_seconds};
    use crate::{key::Scopes, store::Credential};

    fn of(account_id: &str, tier: &str) -> Credential {
        Credential { hash: [0; 32], account_id: account_id.into(), scopes: Scopes::browser(), tier: tier.into() }
    }

    /// How many of a hundred requests at once are let through.
    fn admitted(limits: &Limits, credential: Option<&Credential>, peer: &str) -> usize {
        let peer: IpAddr = peer.parse().unwrap();
        (0..100).filter(|_| limits.admit(credential, peer).is_ok()).count()
    }

    #[test]
    fn the_setting_is_a_number_for_all_and_then_numbers_for_tiers() {
        for text in [
            "600",
            "card",
            "card,free=20",
            "unlimited",
            "600,enterprise=6000",
            "1, a=unlimited, b=2",
            "unlimited,free=10",
        ] {
            assert!(text.parse::<RequestsPerMinute>().is_ok(), "{text}");
        }
        for text in ["", "0", "-1", "+1", "1.5", "many", "free=10", "600,", "600,free", "600,free=0", "9,a=1,a=2"] {
            assert!(text.parse::<RequestsPerMinute>().is_err(), "{text}");
        }
        assert_eq!("unlimited".parse(), Ok(RequestsPerMinute::unlimited()));
    }

    #[test]
    fn accounts_are_limited_by_tier_and_strangers_by_address() {
        let limits = Limits::new(&"3,pro=7,enterprise=unlimited".parse().unwrap(), &RateCard::builtin());
        for (account, tier, due) in [("a", "free", 3), ("b", "free", 3), ("c", "pro", 7), ("d", "enterprise", 100)] {
            assert_eq!(admitted(&limits, Some(&of(account, tier)), "192.0.2.1"), due, "{account}");
        }
        assert_eq!(admitted(&limits, None, "192.0.2.1"), 3);
        assert_eq!(admitted(&limits, None, "192.0.2.2"), 3);
        assert_eq!(admitted(&limits, None, "2001:db8::1"), 3);
        assert_eq!(admitted(&limits, None, "2001:db8::2"), 0, "the same network");
        assert_eq!(admitted(&limits, None, "::ffff:192.0.2.2"), 0, "the same address");
    }

    #[test]
    fn without_a_number_the_card_decides_about_its_tiers() {
        let card = RateCard::builtin();
        let limits = Limits::new(&"card,pro=7".parse().unwrap(), &card);
        let due = card.tiers()[0].requests_per_minute.map(|rate| usize::try_from(rate).unwrap());
        assert_eq!(Some(admitted(&limits, Some(&of("a", &card.tiers()[0].id)), "192.0.2.1")), due);
        assert_eq!(admitted(&limits, Some(&of("b", "pro")), "192.0.2.1"), 7);
    }

    #[test]
    fn a_client_that_used_up_its_rate_is_not_forgotten_early() {
        let limits = Limits::new(&"5".parse().unwrap(), &RateCard::builtin());
        assert_eq!(admitted(&limits, None, "192.0.2.1"), 5);
        limits.forget_idle();
        assert_eq!(admitted(&limits, None, "192.0.2.1"), 0);
        assert_eq!(network("2001:db8:1:2:3::4".parse().unwrap()).to_string(), "2001:db8:1:2::");
        assert_eq!((whole_seconds(Duration::from_millis(1)), whole_seconds(Duration::from_secs(2))), (1, 2));
    }
}
