export interface Toast { id: number; kind: 'info' | 'good' | 'bad'; text: string; detail?: string }

let last = 0;

/** Short words about what just happened. Failures stay until they are put away, because they ask for something. */
class Toasts {
  items = $state<Toast[]>([]);

  show(kind: Toast['kind'], text: string, detail?: string): void {
    const id = ++last;
    this.items = [...this.items.slice(-3), { id, kind, text, detail }];
    if (kind !== 'bad') setTimeout(() => this.close(id), 5_000);
  }

  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
