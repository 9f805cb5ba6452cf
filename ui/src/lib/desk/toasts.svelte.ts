export interface Toast { id: number; kind: 'info' | 'good' | 'bad'; text: string; detail?: string }

let last = 0;

/** Short words about what just happened. Failures stay longer, because they ask for something. */
class Toasts {
  items = $state<Toast[]>([]);

  show(kind: Toast['kind'], text: string, detail?: string): void {
    const id = ++last;
    const others = this.items.filter((toast) => toast.text !== text || toast.detail !== detail);
    this.items = [...others.slice(-3), { id, kind, text, detail }];
    setTimeout(() => this.close(id), kind === 'bad' ? 15_000 : 5_000);
  }

  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
