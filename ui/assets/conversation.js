// A click on anything that says what to open is told to the server; a copy stays in the page.
element.addEventListener('click', (event) => {
  const copy = event.target.closest('[data-copy]');
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.textContent = 'Copied'; });
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
  if (open) { trigger('select', { place: open.dataset.open }); }
});
watch('value', () => {
  const last = [...element.querySelectorAll('.exchange')].pop();
  if (last) { last.scrollIntoView({ block: 'start' }); }
});
