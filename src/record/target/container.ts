// Containers: which processes belong to one. Their symbols need no care: perf enters the mount namespace of a living
// target. And if a target is only chrooted, /proc/PID/maps has its paths as this process sees them.

import { UsageError } from '../../engine/errors.ts';

/** How to ask for a container's first process; the first tool that knows it counts. Check the name before. */
export function inspectArgvs(name: string): string[][] {
  return ['podman', 'docker'].map((tool) => [tool, 'inspect', '--format', '{{.State.Pid}}', '--', name]);
}

/** Throws UsageError unless docker and podman could give a container this name. So no tool takes it for an option. */
export function checkContainerName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return;
  throw new UsageError(`--container takes a container's name or id, not ${JSON.stringify(name)}`);
}

/** What /proc tells of the namespace and control group of a process. */
export interface ProcessPlace {
  pid: number;
  /** the target of /proc/PID/ns/pid; undefined: unreadable */
  pidNamespace: string | undefined;
  /** /proc/PID/cgroup */
  cgroup: string;
}

/**
 * The host's PIDs of a container: those in the PID namespace of its first process, or in its control group if it has
 * the host's namespace. If no tool knows the container, those whose control group has its name.
 */
export function membersOf(
  name: string,
  first: number | undefined,
  places: readonly ProcessPlace[],
  self: number,
): Set<number> {
  const head = places.find(({ pid }) => pid === first);
  const hostNamespace = places.find(({ pid }) => pid === self)?.pidNamespace;
  const isMember = (place: ProcessPlace): boolean => {
    if (!head) return first === undefined && cgroupNames(place.cgroup).some((part) => isNamed(part, name));
    if (head.pidNamespace !== undefined && head.pidNamespace !== hostNamespace) {
      return place.pidNamespace === head.pidNamespace;
    }
    return place.cgroup === head.cgroup;
  };
  return new Set(places.filter(isMember).map(({ pid }) => pid));
}

/** `0::/system.slice/docker-3f2a.scope` → system.slice, docker-3f2a.scope */
function cgroupNames(cgroup: string): string[] {
  return cgroup.split('\n').flatMap((line) =>
    line
      .split(':')
      .slice(2)
      .join(':')
      .split('/')
      .filter((part) => part !== ''),
  );
}

/** docker-3f2a….scope, libpod-3f2a….scope, 3f2a…, lxc.payload.web are containers named 3f2a…, web. */
function isNamed(part: string, name: string): boolean {
  const bare = part.replace(/\.scope$/, '').replace(/^(?:docker|libpod|crio|cri-containerd|lxc\.payload)[-.]/, '');
  return bare === name || (/^[0-9a-f]{12,}$/.test(name) && bare.startsWith(name));
}

/** What rootOf() says of a process. */
export interface Root {
  pid: number;
  /** seen from our own root */
  root: string;
  isForeignNamespace: boolean;
}

/**
 * Where we find a file that a process has mapped. /proc shows the paths of a chroot from our root on. Those of a container
 * begin at its own; of a chroot within another mount namespace they lead through directories that we may not have.
 */
export function pathFromHere({ pid, root, isForeignNamespace }: Root, path: string): string {
  if (!isForeignNamespace) return path;
  return `/proc/${pid}/root${path.startsWith(`${root}/`) ? path.slice(root.length) : path}`;
}

/** Does it have a root of its own, but no mount namespace? A container has both, and all tools find its files. */
export function isChrooted({ root, isForeignNamespace }: Omit<Root, 'pid'>): boolean {
  return root !== '/' && !isForeignNamespace;
}
