// The pages work without this file. It makes progress live, copies, switches the theme without a reload, and reaches the
// address field with "/".
"use strict";

const root = document.documentElement;

for (const form of document.querySelectorAll("form.theme")) {
  form.addEventListener("submit", (event) => {
    const theme = event.submitter && event.submitter.value;
    if (!theme) return;
    event.preventDefault();
    const secure = /^https/.test(location.protocol) ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    root.dataset.theme = theme;
    const other = form.querySelector(theme === "dark" ? ".to-light" : ".to-dark");
    if (other) other.focus();
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.classList.remove("needs-script");
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
    }
  });
}

addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const field = document.querySelector("main input[type=search]") || document.querySelector("input[name=url]");
  if (field && field.offsetParent) {
    event.preventDefault();
    field.focus();
  }
});

// A menu closes when something else is used.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// On paper everything is open.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});

const scan = document.querySelector("[data-scan]");
if (scan) live(scan);

function live(main) {
  const { scan: id, name, since } = main.dataset;
  const steps = [...main.querySelectorAll("[data-step]")];
  const bar = main.querySelector("[data-progress]");
  const heading = main.querySelector("[data-now]");
  const status = main.querySelector("[data-status]");
  const elapsed = main.querySelector("[data-elapsed]");
  const notify = document.querySelector("[data-notify]");
  const icon = document.querySelector("link[rel=icon]");
  let current = steps.findIndex((step) => step.classList.contains("now"));
  let began = performance.now();
  let announced = 0;

  const begin = Date.parse(since);
  const tick = () => {
    const seconds = Math.max(0, Math.round((Date.now() - begin) / 1000));
    elapsed.textContent = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  };
  const clock = setInterval(tick, 1000);

  if (notify && "Notification" in window && Notification.permission !== "denied") {
    notify.classList.remove("needs-script");
    const on = () => {
      notify.textContent = "You will be notified";
      notify.disabled = true;
    };
    if (Notification.permission === "granted") on();
    notify.addEventListener("click", async () => {
      if (await Notification.requestPermission() === "granted") on();
    });
  }

  function mark(step, state) {
    const drawing = step.querySelector("svg");
    drawing.querySelector("use").setAttribute("href", `#i-${{ done: "good", running: "now", waiting: "wait" }[state]}`);
    drawing.setAttribute("aria-label", state);
    drawing.classList.toggle("sev-good", state === "done");
    step.className = { done: "", running: "now", waiting: "wait" }[state];
    if (state === "running") step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }

  function show(data) {
    if (bar.value < data.progress) bar.value = data.progress;
    document.title = `${data.progress}% ${name} · RepoLens`;
    let index = steps.findIndex((step) => step.dataset.step.split(" ").includes(data.stage));
    if (index < 0) index = data.status === "queued" ? 0 : Math.max(current, 1);
    if (index > current) {
      if (current >= 0) {
        const took = performance.now() - began;
        steps[current].querySelector("[data-time]").textContent = took < 1000 ? `${Math.round(took)} ms` : `${(took / 1000).toFixed(1)} s`;
      }
      began = performance.now();
      current = index;
      steps.forEach((step, at) => mark(step, at < index ? "done" : at === index ? "running" : "waiting"));
      heading.textContent = `Step ${index + 1} of ${steps.length}: ${steps[index].children[1].textContent}`;
    }
    // A screen reader hears at most one message in two seconds.
    if (performance.now() - announced > 2000) {
      announced = performance.now();
      status.textContent = `${data.progress}%, ${steps[Math.max(current, 0)].children[1].textContent}`;
    }
  }

  function finish(kind) {
    clearInterval(clock);
    events.close();
    const done = kind === "completed";
    icon.href = done ? main.dataset.iconDone : main.dataset.iconFailed;
    document.title = `${done ? "Done" : "Ended"}: ${name} · RepoLens`;
    status.textContent = done ? "The report is ready." : "The scan has ended.";
    if (document.hidden && "Notification" in window && Notification.permission === "granted") {
      new Notification(done ? `The report of ${name} is ready` : `The scan of ${name} has ended`, { tag: id });
    }
    location.reload();
  }

  const events = new EventSource(`/api/scan/${id}/events`);
  for (const kind of ["queued", "progress"]) {
    events.addEventListener(kind, (event) => show(JSON.parse(event.data)));
  }
  for (const kind of ["completed", "failed", "cancelled"]) {
    events.addEventListener(kind, () => finish(kind));
  }
  // Without a stream, the page reloads.
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
}
