// Refreshes the page's live part and asks the sandbox for faults. The server has escaped what it sends; the policy of
// the page keeps scripts and pictures of others out even so.
'use strict';

const live = document.getElementById('live');
const state = document.getElementById('state');
const form = document.getElementById('switch');
let shown = '';

function say(text, bad) {
  state.textContent = text;
  state.className = bad ? 'bad' : '';
}

async function refresh() {
  try {
    const answer = await fetch('/sandbox', { cache: 'no-store' });
    if (!answer.ok) throw new Error('HTTP ' + answer.status);
    const text = await answer.text();
    if (text !== shown) {
      shown = text;
      const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('live');
      live.replaceChildren(...fresh.childNodes);
    }
    if (state.className === 'bad') say('');
  } catch (problem) {
    say('The sandbox does not answer.', true);
  }
}

async function ask(method, path, body) {
  try {
    const answer = await fetch(path, {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    const told = await answer.json();
    say(answer.ok ? '' : told.detail, !answer.ok);
  } catch (problem) {
    say('The sandbox does not answer.', true);
  }
  await refresh();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.fault) ask('POST', '/sandbox/faults', JSON.parse(button.dataset.fault));
  if ('clear' in button.dataset)
    ask('DELETE', '/sandbox/faults?vendor=' + encodeURIComponent(button.dataset.clear));
  if ('reset' in button.dataset) ask('POST', '/sandbox/reset');
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = new FormData(form);
  const fault = {
    vendor: wanted.get('vendor'),
    mode: wanted.get('mode'),
    rate: Number(wanted.get('rate')) / 100,
    delay_ms: Number(wanted.get('delay_ms')),
  };
  if (wanted.get('times')) fault.times = Number(wanted.get('times'));
  ask('POST', '/sandbox/faults', fault);
});

setInterval(() => { if (!document.hidden) refresh(); }, 2000);
