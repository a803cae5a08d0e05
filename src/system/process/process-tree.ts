// What the platforms do differently with the tree of processes below a script.

export interface ProcessTree {
  /** Must the first process lead a group of its own? */
  detached: boolean;
  ask(pid: number): void;
  kill(pid: number): Promise<boolean>;
}
