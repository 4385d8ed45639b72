import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const documentsOf = (file: string) =>
  parseAllDocuments(read(file)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });

describe('the image', () => {
  it('is built from files that are there, and from no others', () => {
    const kept = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name = '']) => name);
    expect(kept.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
    const copied = [...read('.container/Dockerfile').matchAll(/--from=build \/src\/(\S+)/g)].map(
      ([, name]) => name,
    );
    expect(copied).toContain('dist');
  });

  it('is run without rights, on a root that is read-only, by both manifests', () => {
    const [compose] = documentsOf('.container/compose.yaml');
    expect(compose.services.gateway).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      volumes: ['data:/data'],
      stop_grace_period: '20s',
    });
    const deployment = documentsOf('.container/kubernetes.yaml').find(({ kind }) => kind === 'Deployment');
    const { spec } = deployment.spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 });
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
    const [container] = spec.containers;
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual([
      '/data',
      '/tmp',
    ]);
    const claims = spec.volumes.flatMap((volume: { persistentVolumeClaim?: { claimName: string } }) =>
      volume.persistentVolumeClaim ? [volume.persistentVolumeClaim.claimName] : [],
    );
    const names = documentsOf('.container/kubernetes.yaml').map(
      ({ kind, metadata }) => `${kind} ${metadata.name}`,
    );
    expect(
      claims
        .map((name: string) => `PersistentVolumeClaim ${name}`)
        .filter((name: string) => !names.includes(name)),
    ).toEqual([]);
  });
});
