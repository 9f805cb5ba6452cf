import { api } from '../../lib/api/client';

export type StepName = 'organisation' | 'hours' | 'queue' | 'channel' | 'enquiry' | 'answer';
export interface FirstStepsView { steps: { name: StepName; done: boolean }[]; finished: boolean; put_away: boolean; conversation_id: string | null }

/** Where a new house stands: one for the page and for the strip that leads to it. */
class FirstSteps {
  view = $state.raw<FirstStepsView | null>(null);

  get current(): StepName | null {
    return this.view?.steps.find((step) => !step.done)?.name ?? null;
  }

  readonly load = async (): Promise<void> => {
    this.view = await api.get<FirstStepsView>('/first-steps');
  };

  readonly goOn = async (change: { confirm?: StepName; put_away?: boolean }): Promise<void> => {
    this.view = await api.put<FirstStepsView>('/first-steps', change);
  };
}

export const firstSteps = new FirstSteps();
