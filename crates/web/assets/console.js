// Text becomes part of a page in one way only: it came from this site, and looking it through finds nothing in it that
// would run. The browser asks here for every such text, also for one that got into a script by mistake (Trusted
// Types); for a script's address or a script's text there is nobody to ask, so there can be none.
const RUNS = "iframe, object, embed, frame, base, noscript, animate, set, [srcdoc]";
const ADDRESSES = ["href", "src", "action", "formaction", "xlink:href"];

const isHarmless = (part) =>
  !part.querySelector(RUNS) &&
  [...part.querySelectorAll("*")].every((element) => {
    const source = element.getAttribute("src") ?? "";
    const isOwn = source.startsWith("/assets/") && !source.includes("..") && !element.textContent &&
      !element.hasAttribute("href") && !element.hasAttribute("xlink:href");
    // Browsers pass over blanks and line breaks in front of and within the name of a scheme.
    const address = (name) => (element.getAttribute(name) ?? "").replace(/[\0-\x20]/g, "");
    return (element.localName !== "script" || isOwn) &&
      element.getAttributeNames().every((name) => !name.startsWith("on")) &&
      ADDRESSES.every((name) => !/^(javascript|vbscript):/i.test(address(name))) &&
      (element.localName !== "template" || isHarmless(element.content));
  });

if (window.trustedTypes) {
  const looked = trustedTypes.createPolicy("entente-look", { createHTML: (html) => html });
  trustedTypes.createPolicy("default", {
    createHTML: (html) =>
      isHarmless(new DOMParser().parseFromString(looked.createHTML(html), "text/html")) ? html : null,
  });
}

// Browsers keep a page that one leaves as it stood, whatever its headers say, and show it again on the
// way back. What somebody who has signed out saw is not for whoever sits there next: a page that comes
// back stays hidden until the session that it was made for is seen to be still the one in force.
const root = document.documentElement;
const token = () => document.querySelector("input[name=csrf]")?.value;

addEventListener("pagehide", () => { root.hidden = true; });

addEventListener("pageshow", async ({ persisted }) => {
  if (!persisted) return;
  try {
    const answer = await fetch("/account", { redirect: "manual", cache: "no-store" });
    if (answer.ok && token() && (await answer.text()).includes(token())) {
      root.hidden = false;
      return;
    }
  } catch {
    // No answer is no session.
  }
  location.replace("/app");
});

// htmx notes the page's address in the browser as soon as it is loaded. Nothing of ours stays there but the
// cookie, and htmx finds the address without the note.
const forget = () => {
  try {
    sessionStorage.removeItem("htmx-current-path-for-history");
  } catch {
    // What cannot be reached cannot have been kept.
  }
};
forget();
for (const moved of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
  document.addEventListener(moved, forget);
}
addEventListener("pagehide", forget);

// What was granted in the dialog for one page that is known already needs no second yes: its form goes on
// by itself, once. Without a script its button does it.
document.querySelector("form[data-goes-on]")?.requestSubmit();

// A form that is answered with a file leaves its page as it is: what it said of the try before goes, and that a file comes is
// said instead.
for (const form of document.querySelectorAll("form[data-file]")) {
  form.addEventListener("submit", () => {
    for (const said of form.parentElement.querySelectorAll("[role=alert]")) said.remove();
    form.querySelector("[data-comes]").hidden = false;
  });
}
