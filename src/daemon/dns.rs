//! The DNS, asked for the keys of mail domains: the system's own resolver, or what a test puts in its
//! place.

use std::fmt;
use std::future::ready;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, join_all};
use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::hickory_resolver::proto::rr::{Name, RData};
use mail_auth::hickory_resolver::system_conf::{parse_resolv_conf, read_system_conf};
use mail_auth::{DnsError, Error, MessageAuthenticator};
use tokio::time::timeout;

use crate::mail::evidence::{KeyRecord, Keys};

/// How long one message waits for the answers about it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers a question for the texts at a name.
type Ask = dyn Fn(String) -> LocalBoxFuture<'static, KeyRecord>;

/// Whoever is asked.
#[derive(Clone)]
pub struct Dns(Rc<Ask>);

impl fmt::Debug for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dns(…)")
    }
}

impl Dns {
    /// The resolver of this machine.
    ///
    /// # Errors
    /// If this machine has none.
    pub fn of_system() -> Result<Dns> {
        let (config, options) = read_system_conf().context("read the resolver of this machine")?;
        Dns::of_resolver(config, options)
    }

    /// The resolver a `resolv.conf` of that text describes, with its name servers on that port.
    ///
    /// # Errors
    /// If it describes none.
    pub fn of_resolv_conf(text: &str, port: u16) -> Result<Dns> {
        let (config, options) = parse_resolv_conf(text).context("read a resolv.conf")?;
        let mut servers = config.name_servers().to_vec();
        for connection in servers.iter_mut().flat_map(|server| &mut server.connections) {
            connection.port = port;
        }
        Dns::of_resolver(ResolverConfig::from_parts(None, Vec::new(), servers), options)
    }

    fn of_resolver(config: ResolverConfig, options: ResolverOpts) -> Result<Dns> {
        let resolver = MessageAuthenticator::new(config, options).context("start the resolver of this machine")?;
        let resolver = Rc::new(resolver);
        Ok(Dns(Rc::new(move |name| {
            let resolver = Rc::clone(&resolver);
            async move { look_up(resolver.resolver(), &name).await }.boxed_local()
        })))
    }

    /// Nobody: no question is answered.
    pub fn none() -> Dns {
        Dns::answering(|_| KeyRecord::Unavailable)
    }

    /// Answers as that function does.
    pub fn answering(answer: impl Fn(&str) -> KeyRecord + 'static) -> Dns {
        Dns(Rc::new(move |name| ready(answer(&name)).boxed_local()))
    }

    /// The keys of those names. One that is not answered in time is not known at the moment.
    pub async fn keys(&self, names: Vec<String>) -> Keys {
        let answers = names.iter().map(|name| timeout(PATIENCE, (self.0)(name.clone())));
        let answers = join_all(answers).await;
        names.into_iter().zip(answers.into_iter().map(|answer| answer.unwrap_or(KeyRecord::Unavailable))).collect()
    }
}

async fn look_up(resolver: &TokioResolver, name: &str) -> KeyRecord {
    let Ok(name) = Name::from_str_relaxed(name) else { return KeyRecord::Missing };
    match resolver.txt_lookup(name).await {
        Ok(found) => {
            let text = |data: &RData| if let RData::TXT(text) = data { Some(text.txt_data.concat()) } else { None };
            KeyRecord::Found(found.answers().iter().filter_map(|record| text(&record.data)).collect())
        }
        Err(error) => {
            let said_no = matches!(
                Error::from(error),
                Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain | ResponseCode::NoError))
            );
            if said_no { KeyRecord::Missing } else { KeyRecord::Unavailable }
        }
    }
}
