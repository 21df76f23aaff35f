// Passkeys: asks the browser for one and sends what it says as a form, so that pages, errors and ways
// on are the server's. Nothing is kept here.
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const listed = (list = []) => list.map((entry) => ({ ...entry, id: toBytes(entry.id) }));

const makers = {
  async create(wanted) {
    const publicKey = {
      ...wanted,
      challenge: toBytes(wanted.challenge),
      user: { ...wanted.user, id: toBytes(wanted.user.id) },
      excludeCredentials: listed(wanted.excludeCredentials),
    };
    const { response } = await navigator.credentials.create({ publicKey });
    return {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
    };
  },
  async get(wanted) {
    const publicKey = {
      ...wanted,
      challenge: toBytes(wanted.challenge),
      allowCredentials: listed(wanted.allowCredentials),
    };
    const { rawId, response } = await navigator.credentials.get({ publicKey });
    return {
      id: toText(rawId),
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    };
  },
};

const say = (form, what) => {
  for (const line of form.querySelectorAll("[data-say]")) line.hidden = line.dataset.say !== what;
};

const ask = async (form) => {
  const begun = await fetch(form.dataset.begin, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  });
  // To sign in or to give a proof first.
  if (begun.redirected) {
    location.assign(begun.url);
    return;
  }
  if (!begun.ok) throw new Error();
  const answer = await makers[form.dataset.passkey](await begun.json());
  for (const field of form.querySelectorAll("input[data-from]")) {
    field.value = document.getElementById(field.dataset.from)?.value ?? "";
  }
  form.elements.answer.value = JSON.stringify(answer);
  form.submit();
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  if (!window.PublicKeyCredential) {
    say(form, "unknown");
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say(form, "");
    button.disabled = true;
    try {
      await ask(form);
    } catch (error) {
      const kinds = { InvalidStateError: "known", NotAllowedError: "cancelled", AbortError: "cancelled" };
      say(form, kinds[error.name] ?? "failed");
    }
    button.disabled = false;
  });
}
