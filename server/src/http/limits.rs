//! How often a client may ask: requests a minute, by account and tier as the card says, and by address for calls without a
//! key that is known.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap},
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use pricetag::{RateCard, Tier};

use super::problem::Problem;
use crate::store::Credential;

/// Requests a minute: `None` is unlimited.
type Rate = Option<NonZeroU32>;

/// Of an address, when the card decides about the tiers.
const OF_AN_ADDRESS: Rate = NonZeroU32::new(600);
const MINUTE: Duration = Duration::from_mins(1);

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

    fn of_an_address(&self) -> Rate {
        self.default.unwrap_or(OF_AN_ADDRESS)
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

/// How much of its minute each client has used. A card that is published changes rates, and none of this.
pub struct Limits {
    setting: RequestsPerMinute,
    accounts: Used<String>,
    /// Of public calls, by address.
    public: Used<IpAddr>,
    /// Of unknown keys, by address. Apart from public calls, so that these never stop a key that is known.
    unknown_keys: Used<IpAddr>,
}

impl Limits {
    pub fn new(setting: RequestsPerMinute) -> Self {
        Self { setting, accounts: Used::new(), public: Used::new(), unknown_keys: Used::new() }
    }

    /// Counts a public call.
    pub fn count_public(&self, address: IpAddr) -> Result<(), Problem> {
        let Some(rate) = self.setting.of_an_address() else { return Ok(()) };
        self.public.count(&network(address), rate, Instant::now()).map_err(too_many)
    }

    /// Counts a key before it is looked up, as if it were unknown.
    pub fn count_unknown_key(&self, address: IpAddr) -> Result<(), Problem> {
        let Some(rate) = self.setting.of_an_address() else { return Ok(()) };
        self.unknown_keys.count(&network(address), rate, Instant::now()).map_err(too_many)
    }

    /// Takes the last count back: the key was not found to be unknown.
    pub fn give_key_back(&self, address: IpAddr) {
        if let Some(rate) = self.setting.of_an_address() {
            self.unknown_keys.give_back(&network(address), rate);
        }
    }

    /// Counts a call of an account.
    pub fn count_account(&self, credential: &Credential, card: &RateCard) -> Result<(), Problem> {
        // A tier that the card does not have is told so by what is asked for.
        let tier = card.tiers().iter().find(|tier| tier.id == credential.tier);
        let Some(rate) = tier.and_then(|tier| self.setting.of(tier)) else { return Ok(()) };
        self.accounts.count(&credential.account_id, rate, Instant::now()).map_err(too_many)
    }

    /// Forgets clients that may ask as if they never had. A client that has used up its rate is kept for a minute.
    pub fn forget_idle(&self) {
        let now = Instant::now();
        self.accounts.forget_idle(now);
        self.public.forget_idle(now);
        self.unknown_keys.forget_idle(now);
    }
}

fn too_many(wait: Duration) -> Problem {
    let seconds = whole_seconds(wait);
    Problem::too_many_requests(format!("ask again in {seconds} s")).after(seconds)
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

/// The generic cell rate algorithm: of each client the one time at which all that it used is given back. It lets a minute's
/// requests through at once, and then one as often as the rate says. The state has no rate in it, so that another rate goes
/// on from what was used; the field's crates keep one state for each rate.
struct Used<K>(Mutex<HashMap<K, Instant>>);

impl<K: Eq + Hash> Used<K> {
    fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// Counts a request, or says how long the client must wait.
    fn count<Q: Eq + Hash + ToOwned<Owned = K> + ?Sized>(
        &self,
        client: &Q,
        rate: NonZeroU32,
        now: Instant,
    ) -> Result<(), Duration>
    where
        K: Borrow<Q>,
    {
        let mut used = self.lock();
        let after = next(used.get(client), rate, now)?;
        match used.get_mut(client) {
            Some(until) => *until = after,
            None => drop(used.insert(client.to_owned(), after)),
        }
        Ok(())
    }

    /// Takes one request back.
    fn give_back(&self, client: &K, rate: NonZeroU32) {
        if let Some(until) = self.lock().get_mut(client) {
            *until -= MINUTE / rate.get();
        }
    }

    fn forget_idle(&self, now: Instant) {
        let mut used = self.lock();
        used.retain(|_, until| *until > now);
        used.shrink_to_fit();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When all is given back after one more request; or, where that is more than a minute away, how long to wait for it.
fn next(until: Option<&Instant>, rate: NonZeroU32, now: Instant) -> Result<Instant, Duration> {
    let after = until.map_or(now, |until| now.max(*until)) + MINUTE / rate.get();
    match after.checked_duration_since(now + MINUTE) {
        None | Some(Duration::ZERO) => Ok(after),
        Some(wait) => Err(wait),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::IpAddr,
        num::NonZeroU32,
        time::{Duration, Instant},
    };

    use pricetag::RateCard;

    use super::{Limits, RequestsPerMinute, Used, network, whole_seconds};
    use crate::{key::Scopes, store::Credential};

    fn limits(setting: &str) -> Limits {
        Limits::new(setting.parse().unwrap())
    }

    /// How many of a hundred requests at once are let through.
    fn of_account(limits: &Limits, account_id: &str, tier: &str) -> usize {
        let credential =
            Credential { hash: [0; 32], account_id: account_id.into(), scopes: Scopes::browser(), tier: tier.into() };
        (0..100).filter(|_| limits.count_account(&credential, &RateCard::builtin()).is_ok()).count()
    }

    fn of_address(limits: &Limits, address: &str) -> usize {
        let address: IpAddr = address.parse().unwrap();
        (0..100).filter(|_| limits.count_public(address).is_ok()).count()
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
        let limits = limits("3,pro=7,enterprise=unlimited");
        for (account, tier, due) in [("a", "free", 3), ("b", "free", 3), ("c", "pro", 7), ("d", "enterprise", 100)] {
            assert_eq!(of_account(&limits, account, tier), due, "{account}");
        }
        assert_eq!(of_address(&limits, "192.0.2.1"), 3);
        assert_eq!(of_address(&limits, "192.0.2.2"), 3);
        assert_eq!(of_address(&limits, "2001:db8::1"), 3);
        assert_eq!(of_address(&limits, "2001:db8::2"), 0, "the same network");
        assert_eq!(of_address(&limits, "::ffff:192.0.2.2"), 0, "the same address");
    }

    #[test]
    fn without_a_number_the_card_decides_about_its_tiers() {
        let card = RateCard::builtin();
        let limits = limits("card,pro=7");
        let due = card.tiers()[0].requests_per_minute.map(|rate| usize::try_from(rate).unwrap());
        assert_eq!(Some(of_account(&limits, "a", &card.tiers()[0].id)), due);
        assert_eq!(of_account(&limits, "b", "pro"), 7);
    }

    #[test]
    fn a_client_that_used_up_its_rate_is_not_forgotten_early() {
        let limits = limits("5");
        assert_eq!(of_address(&limits, "192.0.2.1"), 5);
        limits.forget_idle();
        assert_eq!(of_address(&limits, "192.0.2.1"), 0);
        assert_eq!(network("2001:db8:1:2:3::4".parse().unwrap()).to_string(), "2001:db8:1:2::");
        assert_eq!((whole_seconds(Duration::from_millis(1)), whole_seconds(Duration::from_secs(2))), (1, 2));
    }

    #[test]
    fn what_is_used_is_given_back_evenly_and_outlives_another_rate() {
        let used = Used::<String>::new();
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let [four, six] = [4, 6].map(|rate| NonZeroU32::new(rate).unwrap());
        let count = |rate, now| (0..9).filter(|_| used.count("a", rate, now).is_ok()).count();
        assert_eq!(count(four, at(0)), 4);
        assert_eq!(used.count("a", four, at(5)), Err(Duration::from_secs(10)));
        assert_eq!(used.count("a", four, at(15)), Ok(()));
        used.give_back(&"a".into(), four);
        assert_eq!(count(four, at(15)), 1, "what was taken back is there again");
        // Another rate finds the minute as it is used, neither full nor empty.
        assert_eq!(used.count("a", six, at(15)), Err(Duration::from_secs(10)));
        assert_eq!(count(six, at(45)), 3);
        used.forget_idle(at(104));
        assert_eq!(count(six, at(104)), 5, "all but a second of it is given back");
        used.forget_idle(at(1_000));
        assert!(used.lock().is_empty());
        assert_eq!(count(six, at(1_000)), 6);
    }
}
