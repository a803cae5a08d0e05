// What the platforms do differently with the tree of processes below a script.

export interface ProcessTree {
  /** Must the first process lead a group of its own? */
  detached: boolean;
  ask(pid: number): void;
  kill(pid: number): Promise<boolean>;
  /**
   * Ends every process that carries this entry in its environment, wherever it went in the tree: what a supervisor that
   * died has left behind, and what broke away from the group.
   */
  endMarked(mark: string): Promise<Ended>;
}

export interface Ended {
  /** How many processes were still alive. */
  processes: number;
  /** Nothing of it is left. */
  confirmed: boolean;
}
