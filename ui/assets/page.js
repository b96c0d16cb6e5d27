// Gradio names its upload button otherwise than it shows it; without a name of its own it has the one that is seen.
() => {
  const rename = () => document.querySelectorAll('#files button[aria-label]').forEach(
    (button) => { if (button.innerText.trim()) { button.removeAttribute('aria-label'); } });
  new MutationObserver(rename).observe(document.body, { childList: true, subtree: true });
  rename();
}
