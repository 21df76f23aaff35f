//! Somebody's browser or script outside the bot: opens links, calls an API. Used by people who
//! follow a link from a message, by Meta's link preview, and by the demo as a customer would.

use bytes::Bytes;
use std::net::SocketAddr;
use std::time::Duration;

/// Dials one address and names the host, so that hosts need no name service.
#[derive(Clone)]
pub struct Visitor {
    client: reqwest::Client,
    address: SocketAddr,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Visited {
    pub status: u16,
    pub location: Option<String>,
    pub body: Bytes,
}

/// The request did not get an answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer from {address}: {reason}")]
pub struct NoAnswer {
    address: SocketAddr,
    reason: String,
}

impl Visitor {
    /// `agent` is the browser's name, for example `facebookexternalhit/1.1`.
    pub fn new(address: SocketAddr, agent: &str) -> Result<Self, NoAnswer> {
        let client = reqwest::Client::builder()
            .user_agent(agent)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .map_err(|error| NoAnswer { address, reason: error.to_string() })?;
        Ok(Self { client, address })
    }

    pub async fn get(&self, host: &str, path: &str, token: Option<&str>) -> Result<Visited, NoAnswer> {
        self.call(reqwest::Method::GET, host, path, token, None).await
    }

    pub async fn post(
        &self,
        host: &str,
        path: &str,
        token: Option<&str>,
        json: Option<String>,
    ) -> Result<Visited, NoAnswer> {
        self.call(reqwest::Method::POST, host, path, token, json).await
    }

    pub async fn delete(&self, host: &str, path: &str, token: Option<&str>) -> Result<Visited, NoAnswer> {
        self.call(reqwest::Method::DELETE, host, path, token, None).await
    }

    async fn call(
        &self,
        method: reqwest::Method,
        host: &str,
        path: &str,
        token: Option<&str>,
        json: Option<String>,
    ) -> Result<Visited, NoAnswer> {
        let failed = |error: reqwest::Error| NoAnswer { address: self.address, reason: error.to_string() };
        let mut request =
            self.client.request(method, format!("http://{}{path}", self.address)).header("host", host);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(json) = json {
            request = request.header("content-type", "application/json").body(json);
        }
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status().as_u16();
        let location =
            answer.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Visited { status, location, body: answer.bytes().await.map_err(failed)? })
    }
}
