import { render } from 'preact';
import './styles/index.css';
import { App } from './app.tsx';
import { followLinks } from './state/route.ts';

const root = document.getElementById('page');
if (root) {
  followLinks();
  render(<App />, root);
}
