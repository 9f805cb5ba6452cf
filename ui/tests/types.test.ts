import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

// The desk's view (src/lib/api/types.ts) and its name in the API's description.
const VIEWS: Record<string, string> = {
  Agent: 'AgentView', ApiToken: 'TokenView', Attachment: 'AttachmentView', Calendar: 'CalendarView', Channel: 'ChannelView', ChannelHealth: 'ChannelHealthView', Clocks: 'ClocksView', ClockView: 'ClockView', Closure: 'ClosureView',
  ConnectorInfo: 'ConnectorView', Conversation: 'ConversationView', ConversationView: 'ThreadView', Customer: 'CustomerView',
  DeadLetter: 'DeadLetter', Health: 'HealthView', HistoryEntry: 'HistoryItem', Identity: 'IdentityView', Interaction: 'InteractionView',
  LastMessage: 'LastView', Link: 'LinkView', Me: 'MeView', Message: 'MessageView', Offer: 'OfferView', Preview: 'PreviewView', Quarantined: 'QuarantinedView',
  Holiday: 'HolidayView', Hours: 'HoursView', Opening: 'OpeningView', Queue: 'QueueView', QueueLevel: 'QueueLevelView',
  QueueStep: 'QueueStepView', Role: 'RoleView', ServiceLevel: 'ServiceLevelView', Target: 'TargetView', SearchHit: 'SearchHit', Session: 'SessionView', Skill: 'SkillView', User: 'UserView',
  Above: 'AboveView', Aside: 'AsideView', Awaiting: 'Awaiting', CannedAnswer: 'CannedView', FilledAnswer: 'Filled', Held: 'HeldView', Mention: 'MentionView',
  MentionItem: 'MentionItem', PublicContext: 'ContextView', Signature: 'SignatureView', WorkEvent: 'WorkEventView',
  WorkClass: 'WorkClassView', WorkItem: 'WorkItem', WrapUpCode: 'CodeView',
};

const source = ts.createSourceFile(
  'types.ts', readFileSync(new URL('../src/lib/api/types.ts', import.meta.url), 'utf8'), ts.ScriptTarget.Latest,
);
const ours = new Map<string, string[]>();
ts.forEachChild(source, (node) => {
  if (!ts.isInterfaceDeclaration(node)) return;
  const needed = node.members.filter((member) => ts.isPropertySignature(member) && !member.questionToken);
  ours.set(node.name.text, needed.map((member) => (member.name as ts.Identifier).text));
});

const description = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as {
  components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
};

describe('what the desk reads of a view stands in the description of the API', () => {
  it.each(Object.entries(VIEWS))('%s is %s', (mine, theirs) => {
    const fields = ours.get(mine);
    const properties = description.components.schemas[theirs]?.properties;
    expect(fields, `interface ${mine}`).toBeDefined();
    expect(properties, `schema ${theirs}`).toBeDefined();
    expect(fields!.filter((field) => !(field in properties!))).toEqual([]);
  });
});
