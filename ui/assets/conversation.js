// A click on anything that says what to open is told to the server; a copy stays in the page.
// Browsers offer their clipboard only to pages of this machine and over https.
const toClipboard = (text) => {
  if (navigator.clipboard) { return navigator.clipboard.writeText(text); }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
  return Promise.resolve();
};
element.addEventListener('click', (event) => {
  const copy = event.target.closest('[data-copy]');
  if (copy) {
    toClipboard(copy.dataset.copy).then(() => { copy.textContent = 'Copied'; });
    return;
  }
  const vote = event.target.closest('[data-vote]');
  if (vote) {
    vote.parentElement.querySelectorAll('.vote').forEach((one) => one.setAttribute('aria-pressed', one === vote));
    trigger('like', { vote: vote.dataset.vote });
    return;
  }
  const plain = event.target.closest('[data-plain]');
  if (plain) { trigger('undo', { exchange: plain.dataset.plain }); return; }
  const open = event.target.closest('[data-open]');
  if (open) {
    element.querySelectorAll('[data-opened]').forEach((one) => one.removeAttribute('data-opened'));
    open.setAttribute('data-opened', '');
    trigger('select', { place: open.dataset.open });
  }
});
watch('value', () => {
  const last = [...element.querySelectorAll('.exchange')].pop();
  if (last) { last.scrollIntoView({ block: 'start' }); }
});
