import type { CodexStatusAnswer } from '../../admin/api-types/codex.ts';
import { Icon } from '../parts/icon.tsx';
import { texts } from '../texts.ts';

/** The answer to the page's question, first. */
export const ConnectState = ({ codex }: { codex: CodexStatusAnswer }) => {
  const connected = codex.state === 'connected';
  return (
    <section
      class={`connect-state ${connected ? 'fine' : codex.state === 'invalid_config' ? 'fail' : 'warn'}`}
    >
      <h2>
        <Icon name={connected ? 'check' : 'alert'} />
        {texts.connect.states[codex.state]}
      </h2>
      <p>{codex.message}</p>
      <dl class="facts">
        <div>
          <dt>{texts.connect.config}</dt>
          <dd class="mono">
            {codex.config_path}
            {!codex.config_found && ` (${texts.connect.notFound})`}
          </dd>
        </div>
        {codex.resolves_to && (
          <div>
            <dt>{texts.connect.resolvesTo}</dt>
            <dd class="mono">{codex.resolves_to}</dd>
          </div>
        )}
      </dl>
      {codex.problems.length > 0 && (
        <ul class="problems">
          {codex.problems.map((problem) => (
            <li key={problem}>
              <Icon name="alert" />
              {problem}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};
