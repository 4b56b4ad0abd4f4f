//! Somebody who sends notifications, by another client than the page.

use serde_json::json;

use crate::Error;

pub struct Notifier {
    client: reqwest::Client,
    cookie: String,
    /// What was sent to ada, the oldest first.
    pub sent: Vec<String>,
}

impl Notifier {
    /// The password is the name.
    pub async fn sign_in(origin: &str, name: &str) -> Result<Self, Error> {
        // No connection outlives its request, since the server at the other end may not.
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build()?;
        let login = json!({ "name": name, "password": name }).to_string();
        let request = client.post(format!("{origin}/login")).header("content-type", "application/json");
        let response = request.body(login).send().await?.error_for_status()?;
        let cookie = response.headers().get("set-cookie").ok_or("no cookie came of the login")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { client, cookie, sent: Vec::new() })
    }

    /// For a client that signs in by it.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub async fn send(&mut self, origin: &str, text: &str) -> Result<(), Error> {
        let request = self.client.post(format!("{origin}/notify")).header("content-type", "application/json");
        let request =
            request.header("cookie", &self.cookie).body(json!({ "to": "ada", "text": text }).to_string());
        request.send().await?.error_for_status()?;
        self.sent.push(text.into());
        Ok(())
    }

    /// How many events this server has published since its start.
    pub async fn published(&self, origin: &str) -> Result<u64, Error> {
        let text =
            self.client.get(format!("{origin}/metrics")).send().await?.error_for_status()?.text().await?;
        let count = text.lines().find_map(|line| line.strip_prefix("live_events_published_total "));
        Ok(count.ok_or("the metrics have no live_events_published_total")?.parse()?)
    }
}
