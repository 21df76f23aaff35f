// Forms that are good once, or whose answer sets another cookie: a second click while that answer is under way would have
// the browser drop it, and what it said with it. It sends nothing; whoever comes back to the page, or waits in vain, may
// send again.
const PATIENCE = 10_000;

for (const form of document.querySelectorAll("form[data-once]")) {
  let sentAt = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sentAt < PATIENCE) event.preventDefault();
    else sentAt = event.timeStamp;
  });
  addEventListener("pageshow", () => { sentAt = -Infinity; });
}
